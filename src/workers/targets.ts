/** The targets besides Slack: one loop spreads notices over them, one sends what came of it, each with a sender of its own. */
import { inTransaction } from '../operations/in-transaction.ts';
import { secretsOf } from '../operations/secrets-of.ts';
import { findInstance } from '../store/instances.ts';
import { createSender, type SenderOptions } from './send-deliveries.ts';
import { spreadNotices } from './spread-notices.ts';
import { createWake } from './wake.ts';
import type { Log } from '../log.ts';
import type { Channel } from '../notifiers/channel.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Database } from '../store/database.ts';

export interface Targets {
  /** There are new notices, or the database is back. */
  wake(): void;
  /** Sends what is under way within about `mostMs`; the rest is left for later. */
  stop(mostMs: number): Promise<void>;
}

/** For what a NOTIFY did not reach. */
const pollEveryMs = 5_000;

export function startTargets(
  db: Database,
  channels: readonly Channel[],
  facts: EngineFacts,
  log: Log,
  options: Pick<SenderOptions, 'leaseSeconds'> = {},
): Targets {
  if (channels.length === 0) return { wake: () => {}, stop: () => Promise.resolve() };
  const news = createWake();
  const room = createWake();
  const cancelled = new AbortController();
  const mask = async (instanceId: number | null, text: string): Promise<string> => {
    const instance = instanceId === null ? null : await findInstance(db, instanceId);
    return instance === null ? text : secretsOf(instance, facts).text(text);
  };
  // What waits for the one keeps nothing of another from being sent.
  const senders = channels.map((channel) => {
    const { atOnce, leaseSeconds } = { ...channel, ...options };
    const onMore = () => room.all();
    return createSender({ db, channels: [channel], log, onMore, mask, atOnce, leaseSeconds });
  });

  /** `round` says whether another is to follow at once. */
  async function repeat(what: string, round: () => Promise<boolean>, wake: typeof news) {
    let trouble = false;
    while (!cancelled.signal.aborted) {
      try {
        const more = await round();
        trouble = false;
        if (more) continue;
      } catch (error) {
        if (!trouble) log.warn({ err: error }, `the notifier cannot ${what}`);
        trouble = true;
      }
      if (!cancelled.signal.aborted) await wake.wait(pollEveryMs);
    }
  }

  const running = Promise.all([
    repeat(
      'spread notices',
      async () => {
        const { made, more } = await inTransaction(db, (tx) =>
          spreadNotices(tx, channels, facts, log),
        );
        if (made > 0) room.all();
        return more;
      },
      news,
    ),
    repeat(
      'send deliveries',
      async () => {
        const taken = await Promise.all(senders.map((sender) => sender.take()));
        return taken.some((count) => count > 0);
      },
      room,
    ),
  ]);

  return {
    wake() {
      news.all();
      room.all();
    },
    async stop(mostMs) {
      cancelled.abort();
      news.all();
      room.all();
      await running;
      await Promise.all(senders.map((sender) => sender.drain(mostMs)));
    },
  };
}
