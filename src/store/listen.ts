/** A connection that waits for NOTIFY: wakes its owner instead of having it poll. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from './pg.ts';
import { clientOptions } from './database.ts';

export type Channel =
  | 'kuroko_work'
  | 'kuroko_stop'
  | 'kuroko_outbox'
  | 'kuroko_config'
  | 'kuroko_wake'
  | 'kuroko_schedules';

export interface ListenOptions {
  readonly channels: readonly Channel[];
  readonly onNotify: (channel: Channel, payload: string) => void;
  /** After each (re)connection: what was missed meanwhile must be looked for once. */
  readonly onConnected: () => void;
  /** After each loss, with the reason. */
  readonly onLost?: (error: Error) => void;
  readonly name?: string;
}

export interface Listening {
  readonly connected: boolean;
  /** May be called twice, and before the first connection. */
  stop(): Promise<void>;
}

const probeEveryMs = 10_000;
const probeDeadlineMs = 5_000;
const longestPauseMs = 5_000;

/**
 * Keeps one LISTEN connection open, for as long as it is not stopped. A connection that died
 * without a word is noticed by `select 1` every 10 s with a deadline.
 */
export function listen(url: string, options: ListenOptions): Listening {
  const stopped = new AbortController();
  let client: pg.Client | null = null;
  let connected = false;

  const session = async (): Promise<void> => {
    const mine = new pg.Client({
      ...clientOptions(url, options.name ?? 'kuroko listen'),
      query_timeout: probeDeadlineMs,
    });
    client = mine;
    const lost = new Promise<never>((_, reject) => {
      mine.on('error', reject);
      mine.on('end', () => reject(new Error('the connection ended')));
    });
    lost.catch(() => {});
    mine.on('notification', ({ channel, payload }) =>
      options.onNotify(channel as Channel, payload ?? ''),
    );
    try {
      await mine.connect();
      await mine.query(options.channels.map((channel) => `listen ${channel}`).join('; '));
      connected = true;
      options.onConnected();
      while (!stopped.signal.aborted) {
        await Promise.race([lost, sleep(probeEveryMs, undefined, { signal: stopped.signal })]);
        await Promise.race([lost, mine.query('select 1')]);
      }
    } finally {
      connected = false;
      client = null;
      await Promise.race([mine.end(), sleep(1_000)]).catch(() => {});
    }
  };

  const done = (async () => {
    let pauseMs = 100;
    while (!stopped.signal.aborted) {
      const startedAt = performance.now();
      try {
        await session();
      } catch (error) {
        if (stopped.signal.aborted) return;
        options.onLost?.(error as Error);
        // A session that lasted was a good one: begin again with short pauses.
        pauseMs =
          performance.now() - startedAt > 10_000 ? 100 : Math.min(pauseMs * 2, longestPauseMs);
        await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => {});
      }
    }
  })();

  return {
    get connected() {
      return connected;
    },
    async stop() {
      stopped.abort();
      void client?.end().catch(() => {});
      await done;
    },
  };
}
