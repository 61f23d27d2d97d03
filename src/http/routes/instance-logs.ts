/** `GET .../instances/:instance_id/logs`: what the engine did and decided, oldest first. */
import { z } from 'zod';
import { logsAfter } from '../../store/logs.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { cursor, cursorText, nextCursor } from '../cursor.ts';
import { id, instanceParams, limit, time } from '../fields.ts';
import { isOver } from '../output/stream-output.ts';
import { readableInstance } from '../readable-instance.ts';
import type { HttpContext } from '../http-context.ts';

const line = z.object({
  at: time,
  level: z.enum(['INFO', 'WARN', 'ERROR']),
  message: z.string(),
  token: z.int().nullable().meta({ description: 'The step that it is about.' }),
});

export const instanceLogs = (context: HttpContext): ApiRoute =>
  apiRoute({
    method: 'GET',
    path: '/v1/definitions/{id}/instances/{instance_id}/logs',
    summary: 'The log of an instance',
    description:
      'Oldest first. `next_cursor` is where to go on, also later on; null once the instance has ended and all was told.',
    access: 'read',
    params: instanceParams,
    query: z.strictObject({ cursor: cursor(z.tuple([id])).optional(), limit: limit.optional() }),
    answers: {
      200: {
        description: 'A page.',
        schema: z.object({ logs: z.array(line), next_cursor: nextCursor }),
      },
    },
    handle: async ({ actor, params, query: { cursor: [after] = [0], limit: most = 100 } }) => {
      const { instance } = await readableInstance(context, actor, params);
      const rows = await logsAfter(context.db, instance.id, after, most);
      const isAll = isOver(instance.status) && rows.length < most;
      return {
        logs: rows.map(({ at, level, message, tokenId }) => ({
          at: at.toISOString(),
          level,
          message,
          token: tokenId,
        })),
        next_cursor: isAll ? null : cursorText([rows.at(-1)?.id ?? after]),
      };
    },
  });
