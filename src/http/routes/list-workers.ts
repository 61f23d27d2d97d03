/** `GET /v1/workers`: every executor with its workers, and what they run. */
import { z } from 'zod';
import { authorise } from '../../operations/authorise.ts';
import { showExecutor } from '../../operations/show.ts';
import { listWorkers as list } from '../../store/worker-list.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { cursor, cursorText, nextCursor } from '../cursor.ts';
import { limit, time } from '../fields.ts';
import type { HttpContext } from '../http-context.ts';
import type { ShownExecutor } from '../../store/shown.ts';

const running = z.object({
  definition_id: z.int(),
  instance_id: z.int(),
  execution_id: z.int(),
  path: z.string(),
  shell: z.string(),
  since: time,
});

const executor = z.object({
  host: z.string(),
  queue: z.string(),
  presence: z.enum(['present', 'away', 'left']),
  started_at: time,
  beat_at: time.meta({ description: 'When it was last heard of.' }),
  draining: z.boolean(),
  workers: z.array(
    z.object({ number: z.int(), suspended: z.boolean(), running: running.nullable() }),
  ),
});

export const listWorkers = ({ config, db, facts }: HttpContext): ApiRoute =>
  apiRoute({
    method: 'GET',
    path: '/v1/workers',
    summary: 'Executors, their workers, and what they run',
    description: 'By host and queue. Not for a key that is for some tags.',
    access: 'read',
    query: z.strictObject({
      cursor: cursor(z.tuple([z.int().min(0).max(1_000_000)])).optional(),
      limit: limit.optional(),
    }),
    answers: {
      200: {
        description: 'A page.',
        schema: z.object({ executors: z.array(executor), next_cursor: nextCursor }),
      },
    },
    handle: async ({ actor, query: { cursor: [offset] = [0], limit: most = 100 } }) => {
      await authorise(db, { actor, action: 'read', definition: null, policy: config.slack });
      const { total, executors } = await list(db, { offset, limit: most });
      const next = offset + executors.length;
      return {
        executors: executors.map((each) => bodyOf(showExecutor(each, facts))),
        next_cursor: next < total && executors.length > 0 ? cursorText([next]) : null,
      };
    },
  });

function bodyOf(each: ShownExecutor): z.input<typeof executor> {
  return {
    host: each.host,
    queue: each.queue,
    presence: each.presence,
    started_at: each.startedAt.toISOString(),
    beat_at: each.beatAt.toISOString(),
    draining: each.drainingAt !== null,
    workers: each.workers.map(({ number, suspended, running: command }) => ({
      number,
      suspended,
      running:
        command === null
          ? null
          : {
              definition_id: command.definitionId,
              instance_id: command.instanceId,
              execution_id: command.executionId,
              path: command.path,
              shell: command.shell,
              since: command.since.toISOString(),
            },
    })),
  };
}
