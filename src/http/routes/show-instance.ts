/** `GET /v1/definitions/:id/instances/:instance_id` tells how an instance is. */
import type { ServerRoute } from '@hapi/hapi';
import { clientActor, strategy } from '../authenticate-client.ts';
import { readableInstance } from '../readable-instance.ts';
import type { HttpContext } from '../http-context.ts';

export function showInstance(context: HttpContext): ServerRoute {
  return {
    method: 'GET',
    path: '/v1/definitions/{id}/instances/{instance_id}',
    options: { auth: strategy },
    handler: async (request) => {
      const { instance } = await readableInstance(context, clientActor(request), request.params);
      return { id: instance.id, status: instance.status };
    },
  };
}
