/** A launch that its client has named: the same wish under the same key has the same answer for 24 hours. */
import { createHash } from 'node:crypto';
import { conflict } from '../errors.ts';
import { keepAnswer, keptAnswer, takeKey } from '../store/idempotent-launches.ts';
import { launchAlone, type TogetherWish } from './launch-together.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { InstanceStatus } from '../store/instances.ts';
import type { Tx } from '../store/database.ts';

export interface LaunchAnswer {
  readonly instanceId: number;
  /** As it was right after the launch. */
  readonly status: InstanceStatus;
  /** It is the answer to the same wish before. */
  readonly repeated: boolean;
}

/** Throws as `launch` does; Conflict for another wish under the same key. */
export async function launchOnce(
  tx: Tx,
  wish: TogetherWish,
  key: string,
  facts: EngineFacts,
): Promise<LaunchAnswer> {
  const { definitionId, launchKey } = wish;
  const fingerprint = fingerprintOf(wish);
  const named = { client: wish.actor.id, definitionId, key, fingerprint, launchKey };
  if (await takeKey(tx, named)) {
    const answer = await launchAlone(tx, wish, facts);
    await keepAnswer(tx, named, answer);
    return answer;
  }
  const { fingerprint: before, ...answer } = await keptAnswer(tx, named);
  if (before !== fingerprint) {
    throw conflict(
      'This Idempotency-Key was used for another launch within the last 24 hours. Use another key.',
    );
  }
  return { ...answer, repeated: true };
}

/** Not of the bytes: blanks and the order of keys mean nothing. */
function fingerprintOf({ env }: TogetherWish): string {
  const sorted = Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
