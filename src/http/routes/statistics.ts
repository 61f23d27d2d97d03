/** `GET /v1/stats/instance` and `/v1/stats/waiting_execution`: counts, in the names that Kuroko2 gave them. */
import { z } from 'zod';
import { authorise } from '../../operations/authorise.ts';
import { countOpenInstances, countWaiting } from '../../store/statistics.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import type { Actor } from '../../operations/actor.ts';
import type { HttpContext } from '../http-context.ts';

const waitingSeconds = 180;

export function statistics({ config, db }: HttpContext): ApiRoute[] {
  const access = config.publicStats ? 'everybody' : 'read';
  const counts = z.record(z.string(), z.int().min(0));
  const mayRead = async (actor: Actor): Promise<void> => {
    if (config.publicStats) return;
    await authorise(db, { actor, action: 'read', definition: null, policy: config.slack });
  };
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/stats/instance',
      summary: 'How many instances work, and are in error',
      access,
      answers: { 200: { description: 'Two counts.', schema: counts } },
      handle: async ({ actor }) => {
        await mayRead(actor);
        const { working, error } = await countOpenInstances(db);
        return {
          'kuroko2.job_instances.working': working,
          'kuroko2.job_instances.error': error,
        };
      },
    }),
    apiRoute({
      method: 'GET',
      path: '/v1/stats/waiting_execution',
      summary: 'How many executions have waited for 3 minutes, by queue',
      access,
      answers: { 200: { description: 'A count for each queue.', schema: counts } },
      handle: async ({ actor }) => {
        await mayRead(actor);
        const waiting = await countWaiting(db, waitingSeconds);
        return Object.fromEntries(
          waiting.map(({ queue, count }) => [`kuroko2.executions.waiting.${queue}`, count]),
        );
      },
    }),
  ];
}
