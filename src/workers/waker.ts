/**
 * Sleeps until a token is due, or told something by another instance, and sees to it: costs
 * nothing while nothing is.
 */
import { consumeEvents } from '../operations/consume-events.ts';
import { wakeTokens } from '../operations/wake-tokens.ts';
import { nextDueMs, wakersLookEverySeconds } from '../store/due-tokens.ts';
import { listen, type Listening } from '../store/listen.ts';
import type { Log } from '../log.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Database } from '../store/database.ts';
import { createWake } from './wake.ts';

const heldByOthersMs = 100;

export interface Waker {
  /** One round: what is due now, then a sleep until something is. */
  readonly round: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function createWaker(
  databaseUrl: string,
  db: Database,
  facts: () => EngineFacts,
  log: Log,
): Waker {
  const news = createWake();
  const listening: Listening = listen(databaseUrl, {
    name: 'kuroko keeper wake',
    channels: ['kuroko_wake'],
    onNotify: () => news.all(),
    onConnected: () => news.all(),
    onLost: (error) => log.warn({ err: error }, 'the database went away'),
  });
  let stopped = false;
  return {
    async round() {
      const told = await consumeEvents(db, facts(), (error, event) =>
        log.error({ err: error, ...event }, 'what an instance said to another could not be done'),
      );
      const woken = await wakeTokens(db, facts(), (error, token) =>
        log.error({ err: error, ...token }, 'a token could not be woken'),
      );
      if (told.more || woken.more || stopped) return;
      const ms = (await nextDueMs(db)) ?? Infinity;
      // What is still due is in the hands of another host.
      const pause = ms <= 0 ? heldByOthersMs : Math.ceil(ms);
      await news.wait(Math.min(pause, wakersLookEverySeconds * 1_000));
    },
    async stop() {
      stopped = true;
      news.all();
      await listening.stop();
    },
  };
}
