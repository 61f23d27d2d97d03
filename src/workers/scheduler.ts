/**
 * Sleeps until the earliest schedule is due, and launches all that are: one timer, whatever number of
 * schedules. Any number of keepers may do this.
 */
import { databaseClock, type Clock } from '../operations/clock.ts';
import { launchDue, type LaunchedDue } from '../operations/launch-due.ts';
import { listen, type Listening } from '../store/listen.ts';
import { nextScheduleMs } from '../store/schedules.ts';
import { createWake } from './wake.ts';
import type { Log } from '../log.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Database } from '../store/database.ts';

export interface Scheduler {
  /** One round: a sleep until something is due, or there are news, then all that is due. */
  readonly round: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The first of many are to be there within 50 ms, which a whole batch takes longer than. */
const firstBatch = 10;
const batch = 50;
/** Ten thousand due at once are no trouble, but several rounds. */
const longestRoundMs = 5_000;
/** It looks so often anyway: a notification may be lost, or a clock have been set. */
const safetyMs = 5_000;

export function createScheduler(
  db: Database,
  facts: () => EngineFacts,
  log: Log,
  { clock = databaseClock, mostMs = safetyMs }: { clock?: Clock; mostMs?: number } = {},
): Scheduler {
  const news = createWake();
  const listening: Listening = listen(db.url, {
    name: 'kuroko keeper schedules',
    channels: ['kuroko_schedules'],
    onNotify: () => news.all(),
    onConnected: () => news.all(),
    onLost: (error) => log.warn({ err: error }, 'the database went away'),
  });
  const stopped = new AbortController();

  const launchBatch = (limit: number): Promise<LaunchedDue> =>
    launchDue(db, { clock, facts: facts(), limit }, ({ error, ...about }) =>
      log.error({ ...about, err: error }, 'a schedule cannot be launched and was set aside'),
    );

  return {
    async round() {
      const ms = (await nextScheduleMs(db, clock())) ?? Infinity;
      const dueAt = performance.now() + ms;
      if (ms > 0) await news.wait(Math.min(Math.ceil(ms), mostMs));
      if (performance.now() < dueAt) return;
      let { more } = await launchBatch(firstBatch);
      const end = performance.now() + longestRoundMs;
      while (more && !stopped.signal.aborted && performance.now() < end) {
        ({ more } = await launchBatch(batch));
      }
    },
    async stop() {
      stopped.abort();
      news.all();
      await listening.stop();
    },
  };
}
