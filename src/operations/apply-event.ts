/**
 * The slow path: what happens to a token of an instance that this transaction has locked, and all
 * that follows from it for others. For whatever needs other rows, and for all that operators do.
 */
import { conflict } from '../errors.ts';
import { deleteAwaits } from '../store/awaits.ts';
import { commitStep, type ExecutionResult, type StepOutcome } from '../store/commit-step.ts';
import { insertChildCancels } from '../store/events.ts';
import { endFailing } from '../store/failing-definitions.ts';
import { insertBranches } from '../store/insert-branches.ts';
import { lockTokens, type StoredToken } from '../store/tokens.ts';
import type { Change, OuterEvent } from '../workflow/advance.ts';
import { beginMaintenances } from './begin-maintenances.ts';
import { beginWaiting, wantsOthers } from './begin-waiting.ts';
import { decide } from './decide.ts';
import { secretsOf } from './secrets-of.ts';
import { backToNormal, deltas, fails, newBranch, stepCommit } from './step-commit.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { FreeWorker } from '../store/claims.ts';
import type { Instance } from '../store/instances.ts';
import type { Notice } from '../store/outbox.ts';
import type { Tx } from '../store/database.ts';

/**
 * Tells one token of a locked instance and writes what comes of it. `tokens` are locked and hold at
 * least the token and all that it stems from. Throws Conflict when the event has no place in the
 * token's state. Where it ends the instance all of its tokens end.
 */
export async function applyEvent(
  tx: Tx,
  instance: Instance,
  tokens: readonly StoredToken[],
  key: string,
  event: OuterEvent,
  facts: EngineFacts,
  { by = null, result = null, freed = null, tell = 'everybody' }: ApplyOptions = {},
): Promise<StepOutcome> {
  const { changes, stored } = await advanced(tx, instance, tokens, key, event, facts);
  const mask = secretsOf(instance, facts);
  const critical = changes.some(({ token }) => token.status === 'critical');
  await insertBranches(
    tx,
    instance.id,
    changes.filter(({ before }) => before === null).map((change) => newBranch(change, mask)),
  );
  let outcome: StepOutcome | null = null;
  // The token that was told is the last: its commit changes the instance, and frees the worker.
  for (const { token, openBranches, before, effects } of inOrderOfCommits(changes, key)) {
    const row = stored.find((each) => each.key === token.key);
    if (before === null || row === undefined) continue;
    const told = token.key === key;
    const commit = stepCommit(before.token, { token, effects }, mask, by, {
      instanceId: instance.id,
      tokenId: row.id,
      version: row.version,
      result: told ? result : null,
      freed: told ? freed : null,
      awaited: true,
    });
    const said = await afterFailure(tx, instance, commit.notices);
    const notices = tell === 'nobody' && !critical ? [] : said;
    outcome = await commitStep(tx, {
      ...commit,
      ...(told ? deltas(changes) : { activeDelta: 0, failedDelta: 0 }),
      fails:
        told &&
        (tell === 'everybody' || critical) &&
        changes.some((change) => fails(change.effects)),
      cancel: told && (critical || event.type === 'cancel'),
      openBranches,
      notices,
    });
    if (!outcome.moved) throw new Error(`token ${row.id} moved although it was locked`);
  }
  if (outcome === null) throw new Error(`nothing became of ${event.type} at ${key}`);
  await beginMaintenances(tx, instance.id, changes);
  await tellOthers(tx, instance, { changes, stored }, event, facts);
  return outcome;
}

/** The first success after a failure is told as such. */
async function afterFailure(
  tx: Tx,
  instance: Instance,
  notices: readonly Notice[],
): Promise<readonly Notice[]> {
  const finishes = notices.some(({ event }) => event === 'finished');
  if (!instance.afterFailure || !finishes || !(await endFailing(tx, instance))) return notices;
  return notices.map(backToNormal);
}

/** What other instances hear of it: what is awaited no more, what now is, and what is to be cancelled. */
async function tellOthers(
  tx: Tx,
  instance: Instance,
  { changes, stored }: Advanced,
  event: OuterEvent,
  facts: EngineFacts,
): Promise<void> {
  const critical = changes.some(({ token }) => token.status === 'critical');
  if (critical || event.type === 'cancel') await insertChildCancels(tx, instance.id);
  // Of the others a step waits for a branch, or for what it has launched.
  if (critical || ['cancel', 'skip', 'woken', 'awaited'].includes(event.type)) {
    const waited = changes.filter(({ before }) => before?.token.status === 'waiting');
    const keys = new Set(waited.map(({ token }) => token.key));
    const ids = stored.filter((row) => keys.has(row.key)).map(({ id }) => id);
    if (ids.length > 0) await deleteAwaits(tx, ids);
  }
  if (changes.some(wantsOthers)) await beginWaiting(tx, instance, changes, facts);
}

export interface ApplyOptions {
  /** Who brought it about, as shown to people. */
  readonly by?: string | null;
  readonly result?: ExecutionResult | null;
  /** The worker that ran it. */
  readonly freed?: FreeWorker | null;
  /** `nobody`: what goes on by itself; that it can never go on is told all the same. */
  readonly tell?: 'everybody' | 'nobody';
}

interface Advanced {
  readonly changes: readonly Change[];
  /** The rows of all that changed, but those that have begun. */
  readonly stored: readonly StoredToken[];
}

async function advanced(
  tx: Tx,
  instance: Instance,
  tokens: readonly StoredToken[],
  key: string,
  event: OuterEvent,
  facts: EngineFacts,
): Promise<Advanced> {
  const decided = decide(instance.script, tokens, key, event, facts);
  if (decided.status === 'illegal') throw conflict(decided.reason);
  const { changes } = decided;
  if (!changes.some(({ token }) => token.status === 'critical')) return { changes, stored: tokens };
  // It ends all of the instance, also what was not needed to find that out.
  const all = await lockTokens(tx, instance.id);
  if (all.length <= tokens.length) return { changes, stored: tokens };
  return advanced(tx, instance, all, key, event, facts);
}

function inOrderOfCommits(changes: readonly Change[], key: string): readonly Change[] {
  return changes.toSorted(
    (one, other) => Number(one.token.key === key) - Number(other.token.key === key),
  );
}
