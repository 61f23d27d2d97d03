/** Has what is late for a channel told in one message, where it is much. */
import { planDigest } from '../notifiers/slack-digest.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { openDigest, waitingFor } from '../store/digests.ts';
import type { Database } from '../store/database.ts';

/** Between two looks at what waits for a channel. */
const lookEveryMs = 60_000;

export interface LateDigests {
  /**
   * `claimed`: what whoever asks holds for the channel, and has not begun with. Those of it that are told
   * with others now, and not by themselves.
   */
  open(wanted: string, claimed: readonly number[]): Promise<readonly number[]>;
}

export function createLateDigests(db: Database, defaultChannel: string | null): LateDigests {
  const looked = new Map<string, number>();
  return {
    async open(wanted, claimed) {
      if (performance.now() - (looked.get(wanted) ?? -Infinity) < lookEveryMs) return [];
      looked.set(wanted, performance.now());
      const planned = planDigest(await waitingFor(db, wanted, defaultChannel, claimed));
      if (planned.length === 0) return [];
      const opened = new Set(await inTransaction(db, (tx) => openDigest(tx, planned, claimed)));
      return claimed.filter((id) => opened.has(id));
    },
  };
}
