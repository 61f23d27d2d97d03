/** `GET /v1/definitions/:id/instances/:instance_id` tells how an instance is. */
import { z } from 'zod';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { instanceParams } from '../fields.ts';
import { readableInstance } from '../readable-instance.ts';
import type { HttpContext } from '../http-context.ts';

export const instanceStatus = z.enum(['working', 'error', 'success', 'canceled']);
export const instanceState = z.object({ id: z.int(), status: instanceStatus });

export const showInstance = (context: HttpContext): ApiRoute =>
  apiRoute({
    method: 'GET',
    path: '/v1/definitions/{id}/instances/{instance_id}',
    summary: 'How an instance is',
    access: 'read',
    params: instanceParams,
    answers: { 200: { description: 'Its status.', schema: instanceState } },
    handle: async ({ actor, params }) => {
      const { instance } = await readableInstance(context, actor, params);
      return { id: instance.id, status: instance.status };
    },
  });
