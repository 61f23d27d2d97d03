/** `DELETE /v1/definitions/:id`. */
import { deleteDefinition as remove } from '../../operations/delete-definition.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { editableDefinition } from '../editable-definition.ts';
import { definitionParams } from '../fields.ts';
import type { HttpContext } from '../http-context.ts';

export const deleteDefinition = (context: HttpContext): ApiRoute =>
  apiRoute({
    method: 'DELETE',
    path: '/v1/definitions/{id}',
    summary: 'Delete a definition',
    description: 'Its instances stay readable.',
    access: 'edit',
    params: definitionParams,
    answers: {
      204: { description: 'It was deleted.' },
      409: { description: 'It has instances that have not ended.' },
    },
    handle: async ({ actor, params: { id } }, h) => {
      await inTransaction(context.db, async (tx) => {
        await editableDefinition(tx, context, actor, id);
        await remove(tx, { definitionId: id, actor }, context.facts);
      });
      return h.response().code(204);
    },
  });
