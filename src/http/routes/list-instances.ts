/** `GET /v1/definitions/:id/instances`: newest first. */
import { z } from 'zod';
import { listInstances as list } from '../../store/instances.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { cursor, cursorText, nextCursor } from '../cursor.ts';
import { definitionParams, id, limit, moment, oneOrMany, time } from '../fields.ts';
import { readableDefinition } from '../readable-definition.ts';
import { instanceState, instanceStatus } from './show-instance.ts';
import type { HttpContext } from '../http-context.ts';

const listed = instanceState.extend({
  launched_by: z.string(),
  created_at: time,
  finished_at: time.nullable(),
  canceled_at: time.nullable(),
  error_at: time.nullable(),
  prevented_by: z.int().nullable().meta({ description: 'The instance that was in its way.' }),
});

export const listInstances = (context: HttpContext): ApiRoute =>
  apiRoute({
    method: 'GET',
    path: '/v1/definitions/{id}/instances',
    summary: 'List the instances of a definition',
    description: 'Newest first.',
    access: 'read',
    params: definitionParams,
    query: z.strictObject({
      status: oneOrMany(instanceStatus).optional(),
      from: moment.optional().meta({ description: 'Created then or later.' }),
      cursor: cursor(z.tuple([id])).optional(),
      limit: limit.optional(),
    }),
    answers: {
      200: {
        description: 'A page.',
        schema: z.object({ instances: z.array(listed), next_cursor: nextCursor }),
      },
    },
    handle: async ({ actor, params, query }) => {
      const definition = await readableDefinition(context, actor, params.id, { deleted: true });
      const { status, from, cursor: after, limit: most = 100 } = query;
      const rows = await list(context.db, {
        definitionId: definition.id,
        ...(status !== undefined && { statuses: status }),
        ...(from !== undefined && { from }),
        ...(after !== undefined && { before: after[0] }),
        limit: most,
      });
      const last = rows.at(-1);
      return {
        instances: rows.map((row) => ({
          id: row.id,
          status: row.status,
          launched_by: row.launchedBy,
          created_at: row.createdAt.toISOString(),
          finished_at: row.finishedAt?.toISOString() ?? null,
          canceled_at: row.canceledAt?.toISOString() ?? null,
          error_at: row.errorAt?.toISOString() ?? null,
          prevented_by: row.preventedBy,
        })),
        next_cursor: rows.length < most || last === undefined ? null : cursorText([last.id]),
      };
    },
  });
