/** `GET /v1/definitions`: all that the key is for, with their crons and admins. */
import { z } from 'zod';
import { definitionsTagged } from '../../store/definitions.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { tagsOfKey } from '../authenticate-client.ts';
import { definitionBodies } from '../definition-bodies.ts';
import { definitionResource } from '../definition-fields.ts';
import { oneOrMany, text } from '../fields.ts';
import type { HttpContext } from '../http-context.ts';

export const listDefinitions = ({ db, facts }: HttpContext): ApiRoute =>
  apiRoute({
    method: 'GET',
    path: '/v1/definitions',
    summary: 'List definitions',
    description: 'By id; a key for some tags lists what has one of them.',
    access: 'read',
    query: z.object({
      tags: oneOrMany(text).optional().meta({ description: 'They have each of these.' }),
    }),
    answers: { 200: { description: 'All of them.', schema: z.array(definitionResource) } },
    handle: async ({ request, query }) => {
      const any = tagsOfKey(request);
      const definitions = await definitionsTagged(db, { all: query.tags ?? [], any });
      return definitionBodies(db, definitions, facts);
    },
  });
