/** Sleeps until the next token is due and wakes it: costs nothing while nothing is. */
import { wakeTokens } from '../operations/wake-tokens.ts';
import { nextDueMs, wakersLookEverySeconds } from '../store/due-tokens.ts';
import { listen, type Listening } from '../store/listen.ts';
import type { Log } from '../log.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Database } from '../store/database.ts';
import { createWake } from './wake.ts';

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
      const { more } = await wakeTokens(db, facts(), (error, token) =>
        log.error({ err: error, ...token }, 'a token could not be woken'),
      );
      if (more || stopped) return;
      const ms = (await nextDueMs(db)) ?? Infinity;
      await news.wait(Math.min(Math.max(0, Math.ceil(ms)), wakersLookEverySeconds * 1_000));
    },
    async stop() {
      stopped = true;
      news.all();
      await listening.stop();
    },
  };
}
