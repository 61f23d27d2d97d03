/** `POST /v1/definitions` makes a definition. */
import { changeDefinition } from '../../operations/change-definition.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { render } from '../../templates.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { definitionBodies } from '../definition-bodies.ts';
import { definitionPayload, definitionResource, inApiWords } from '../definition-fields.ts';
import { definitionWish, mostBytes } from '../definition-wish.ts';
import type { HttpContext } from '../http-context.ts';

export const createDefinition = ({ config, db, facts }: HttpContext): ApiRoute =>
  apiRoute({
    method: 'POST',
    path: '/v1/definitions',
    summary: 'Make a definition',
    access: 'edit',
    payload: definitionPayload,
    collects: true,
    maxBytes: mostBytes,
    answers: { 201: { description: 'It was made.', schema: definitionResource } },
    handle: async ({ actor, payload, problems }, h) => {
      const wish = definitionWish({ id: null, payload, problems, actor, policy: config.slack });
      const description = render('definitions/description');
      const fields = { description, ...wish.fields };
      const made = await inTransaction(db, (tx) =>
        changeDefinition(tx, { ...wish, fields }, facts),
      ).catch((error: unknown) => inApiWords(error, problems));
      const [body] = await definitionBodies(db, [made], facts);
      return h.response(body).code(201).header('location', `/v1/definitions/${made.id}`);
    },
  });
