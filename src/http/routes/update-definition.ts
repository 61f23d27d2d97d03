/** `PUT /v1/definitions/:id` changes what it names of a definition. */
import { changeDefinition } from '../../operations/change-definition.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { definitionPayload, inApiWords } from '../definition-fields.ts';
import { definitionWish, mostBytes } from '../definition-wish.ts';
import { definitionParams } from '../fields.ts';
import type { HttpContext } from '../http-context.ts';

export const updateDefinition = ({ config, db, facts }: HttpContext): ApiRoute =>
  apiRoute({
    method: 'PUT',
    path: '/v1/definitions/{id}',
    summary: 'Change a definition',
    description:
      'What is not named stays as it is. Lines of the script that are sent back with their secrets masked stand for what they are.',
    access: 'edit',
    params: definitionParams,
    payload: definitionPayload,
    collects: true,
    maxBytes: mostBytes,
    answers: { 204: { description: 'It was changed.' } },
    handle: async ({ actor, params: { id }, payload, problems }, h) => {
      const wish = definitionWish({ id, payload, problems, actor, policy: config.slack });
      await inTransaction(db, (tx) => changeDefinition(tx, wish, facts)).catch((error: unknown) =>
        inApiWords(error, problems),
      );
      return h.response().code(204);
    },
  });
