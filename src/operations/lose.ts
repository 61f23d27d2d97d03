/** Writes off an execution of which no result will come: its step fails, with the evidence. */
import { markLost } from '../store/executions.ts';
import { lockInstance } from '../store/instances.ts';
import { lockTokens } from '../store/tokens.ts';
import { applyEvent } from './apply-event.ts';
import { planRetry, retryLost } from './retry-lost.ts';
import { secretsOf } from './secrets-of.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';

/** What is known of the process group of a lost command. */
export interface Evidence {
  /** A sentence for people: what, when, and seen by whom. */
  readonly evidence: string;
  /** When the group was proven to be empty; null: something of it may still run. */
  readonly groupEmptyAt: Date | null;
}

export interface LostExecution extends Evidence {
  readonly executionId: number;
  readonly fence: number;
  readonly instanceId: number;
  readonly tokenId: number;
}

/**
 * False when the execution had been finished, or written off, by then. Where the definition asks
 * for it and nothing can run any more, it is retried in the same transaction, and nobody is told.
 */
export async function lose(tx: Tx, lost: LostExecution, facts: EngineFacts): Promise<boolean> {
  const instance = await lockInstance(tx, lost.instanceId);
  // Instance, tokens, execution: the order of locks that commit-step keeps, too.
  const tokens = instance === null ? [] : await lockTokens(tx, lost.instanceId);
  if (instance === null) return false;
  const evidence = secretsOf(instance, facts).text(lost.evidence);
  const marked = await markLost(tx, { ...lost, evidence });
  if (marked === null) return false;
  const token = tokens.find(({ id }) => id === lost.tokenId);
  // A token that was cancelled meanwhile is past caring.
  if (token?.status !== 'working') return true;
  const plan = await planRetry(tx, instance, marked, lost.groupEmptyAt);
  const event = { type: 'lost', evidence } as const;
  await applyEvent(
    tx,
    instance,
    tokens,
    token.key,
    event,
    facts,
    plan === null ? {} : { tell: 'nobody' },
  );
  if (plan !== null) await retryLost(tx, instance, plan, facts);
  return true;
}
