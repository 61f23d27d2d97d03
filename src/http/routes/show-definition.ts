/** `GET /v1/definitions/:id`. */
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { definitionBodies } from '../definition-bodies.ts';
import { definitionResource } from '../definition-fields.ts';
import { definitionParams } from '../fields.ts';
import { readableDefinition } from '../readable-definition.ts';
import type { HttpContext } from '../http-context.ts';

export const showDefinition = (context: HttpContext): ApiRoute =>
  apiRoute({
    method: 'GET',
    path: '/v1/definitions/{id}',
    summary: 'What a definition is',
    access: 'read',
    params: definitionParams,
    answers: { 200: { description: 'The definition.', schema: definitionResource } },
    handle: async ({ actor, params }) => {
      const definition = await readableDefinition(context, actor, params.id);
      const [body] = await definitionBodies(context.db, [definition], context.facts);
      if (body === undefined) throw new Error('a definition without a body');
      return body;
    },
  });
