/** Writes off an execution of which no result will come: its step fails, with the evidence. */
import { markLost } from '../store/executions.ts';
import { lockInstance } from '../store/instances.ts';
import { lockTokens } from '../store/tokens.ts';
import { applyEvent } from './apply-event.ts';
import type { Tx } from '../store/database.ts';
import type { Facts } from '../workflow/facts.ts';

export interface LostExecution {
  readonly executionId: number;
  readonly fence: number;
  readonly instanceId: number;
  readonly tokenId: number;
  /** What is known of its process group, and by whom. */
  readonly evidence: string;
}

/** False when the execution had been finished, or written off, by then. */
export async function lose(tx: Tx, lost: LostExecution, facts: Facts): Promise<boolean> {
  const instance = await lockInstance(tx, lost.instanceId);
  // Instance, tokens, execution: the order of locks that commit-step keeps, too.
  const tokens = instance === null ? [] : await lockTokens(tx, lost.instanceId);
  if (instance === null || !(await markLost(tx, lost))) return false;
  const token = tokens.find(({ id }) => id === lost.tokenId);
  // A token that was cancelled meanwhile is past caring.
  if (token?.status === 'working') {
    await applyEvent(tx, instance, token, { type: 'lost', evidence: lost.evidence }, facts);
  }
  return true;
}
