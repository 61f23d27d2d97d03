/**
 * The slow path: what happens to a token of an instance that this transaction has locked. For
 * whatever needs other rows, and for all that operators do.
 */
import { conflict } from '../errors.ts';
import { commitStep, type ExecutionResult, type StepOutcome } from '../store/commit-step.ts';
import { lockTokens, type StoredToken } from '../store/tokens.ts';
import { step } from '../workflow/step.ts';
import { treeOf } from './script-tree.ts';
import { secretsOf } from './secrets-of.ts';
import { isActive } from '../workflow/token.ts';
import { stepCommit } from './step-commit.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { FreeWorker } from '../store/executions.ts';
import type { Instance } from '../store/instances.ts';
import type { Tx } from '../store/database.ts';
import type { TokenEvent } from '../workflow/facts.ts';

/**
 * Steps one token of a locked instance and commits the step. Throws Conflict when the event has no
 * place in the token's state. A step that ends critically cancels the whole instance.
 */
export async function applyEvent(
  tx: Tx,
  instance: Instance,
  token: StoredToken,
  event: TokenEvent,
  facts: EngineFacts,
  { by = null, result = null, freed = null, cancel = false, tell = 'everybody' }: ApplyOptions = {},
): Promise<StepOutcome> {
  const stepped = step(treeOf(instance.script), token, event, facts);
  if (stepped.status === 'illegal') throw conflict(stepped.reason);
  const commit = stepCommit({ before: token, ...stepped }, secretsOf(instance, facts), by);
  const critical = stepped.token.status === 'critical';
  const outcome = await commitStep(tx, {
    ...commit,
    instanceId: instance.id,
    tokenId: token.id,
    version: token.version,
    result,
    freed,
    cancel: cancel || critical,
    notices: tell === 'nobody' && !critical ? [] : commit.notices,
  });
  if (!outcome.moved) throw new Error(`token ${token.id} moved although it was locked`);
  if (critical) await cancelOthers(tx, instance, token.id, facts);
  return outcome;
}

export interface ApplyOptions {
  /** Who brought it about, as shown to people. */
  readonly by?: string | null;
  readonly result?: ExecutionResult | null;
  /** The worker that ran it. */
  readonly freed?: FreeWorker | null;
  /** The instance is cancelled with this step. */
  readonly cancel?: boolean;
  /** `nobody`: what goes on by itself; that it can never go on is told all the same. */
  readonly tell?: 'everybody' | 'nobody';
}

async function cancelOthers(
  tx: Tx,
  instance: Instance,
  but: number,
  facts: EngineFacts,
): Promise<void> {
  const mask = secretsOf(instance, facts);
  for (const token of await lockTokens(tx, instance.id)) {
    if (token.id === but || !isActive(token.status)) continue;
    const stepped = step(
      treeOf(instance.script),
      token,
      { type: 'cancel', by: 'the engine' },
      facts,
    );
    if (stepped.status === 'illegal') continue;
    const commit = stepCommit({ before: token, ...stepped }, mask, 'the engine');
    await commitStep(tx, {
      ...commit,
      // The instance is final already, and has told so.
      notices: [],
      instanceId: instance.id,
      tokenId: token.id,
      version: token.version,
      result: null,
      freed: null,
    });
  }
}
