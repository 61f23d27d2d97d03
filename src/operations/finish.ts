/** Ends an execution: its result, and whatever the token does next, in one commit. */
import { heldExecution, type Claim, type FreeWorker } from '../store/claims.ts';
import { commitStep, type ExecutionResult, type StepOutcome } from '../store/commit-step.ts';
import { lockInstance } from '../store/instances.ts';
import { tellNotifier } from '../store/tell-notifier.ts';
import { lockTokensByKey } from '../store/tokens.ts';
import { step } from '../workflow/step.ts';
import { lineageKeys } from '../workflow/token-key.ts';
import { applyEvent } from './apply-event.ts';
import { inTransaction } from './in-transaction.ts';
import { refreshMessages } from './refresh-messages.ts';
import { treeOf } from './script-tree.ts';
import { secretsOf } from './secrets-of.ts';
import { stepCommit } from './step-commit.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Database } from '../store/database.ts';
import type { OuterEvent } from '../workflow/advance.ts';
import type { Effect } from '../workflow/effect.ts';
import type { Token } from '../workflow/token.ts';

export interface Finished extends StepOutcome {
  /** What the freed worker goes on with: claimed in the same commit. */
  readonly claim: Claim | null;
}

/**
 * Commits the end of a claimed execution: from the claim's own snapshot in one statement, or, where
 * other rows have a say, under the instance's lock. `freed` is the worker that ran it, unless it
 * takes nothing new. Safe to repeat: fence and version see to it, and what a commit claimed whose
 * answer was lost is what the worker holds.
 */
export async function finish(
  db: Database,
  claim: Claim,
  result: ExecutionResult,
  facts: EngineFacts,
  freed: FreeWorker | null,
): Promise<Finished> {
  const token: Token = {
    key: claim.tokenKey,
    path: claim.tokenPath,
    status: claim.tokenStatus,
    attempt: claim.tokenAttempt,
    context: claim.tokenContext,
  };
  const event: OuterEvent = {
    type: 'exited',
    code: result.exitStatus,
    signal: result.termSignal,
    timedOut: result.timedOut,
  };
  const stepped = fromSnapshot(claim, token, event, facts);
  const underLock = async () => {
    const finished = await finishUnderLock(db, claim, event, result, facts, freed);
    tellNotifier(db);
    return finished;
  };
  if (stepped === null || (claim.afterFailure && ends(stepped.effects))) return underLock();
  const mask = secretsOf({ script: claim.script, env: claim.launchEnv }, facts);
  const commit = stepCommit(token, stepped, mask, null, {
    instanceId: claim.instanceId,
    tokenId: claim.tokenId,
    version: claim.tokenVersion,
    result,
    freed,
    awaited: claim.awaited,
  });
  const outcome = await commitStep(db, commit);
  // The last branch of its fork, awaited by now, or not this worker's any more.
  if (!outcome.moved && !outcome.recorded) return underLock();
  if (outcome.moved && commit.notices.length > 0) tellNotifier(db);
  // Its end is news, too, where the instance was cancelled before: nothing runs any more.
  if (outcome.recorded && !outcome.moved) {
    await inTransaction(db, (tx) => refreshMessages(tx, claim.instanceId));
  }
  return { ...outcome, claim: outcome.other ?? nextClaim(claim, stepped, outcome) };
}

const nothing: StepOutcome = {
  recorded: false,
  moved: false,
  next: null,
  other: null,
  instanceStatus: null,
};

/** What can be decided from the claim alone; null where other rows have a say. */
function fromSnapshot(
  { script }: Claim,
  token: Token,
  event: OuterEvent,
  facts: EngineFacts,
): Extract<ReturnType<typeof step>, { status: 'stepped' }> | null {
  if (token.status !== 'working') return null;
  try {
    const stepped = step(treeOf(script), token, event, facts);
    if (stepped.status === 'illegal' || stepped.token.status === 'critical') return null;
    return stepped.effects.some(concernsOthers) ? null : stepped;
  } catch {
    // The slow path sets it aside.
    return null;
  }
}

/** The instance finishes: whether that is the first success after a failure is decided under its lock. */
const ends = (effects: readonly Effect[]): boolean =>
  effects.some((effect) => effect.type === 'notify' && effect.event === 'finished');

/** Effects that write more rows than those of the step. */
const concernsOthers = ({ type }: Effect): boolean =>
  type === 'fork' || type === 'maintain' || type === 'await' || type === 'launch_child';

/** The next execution as a claim: everything but its id and fence is known already. */
function nextClaim(
  claim: Claim,
  stepped: Extract<ReturnType<typeof step>, { status: 'stepped' }>,
  { next }: StepOutcome,
): Claim | null {
  const execute = stepped.effects.find((effect) => effect.type === 'execute');
  if (next?.fence == null || execute === undefined) return null;
  return {
    ...claim,
    executionId: next.executionId,
    fence: next.fence,
    shell: execute.shell,
    chdir: execute.chdir,
    env: execute.env,
    timeoutSeconds: execute.timeoutSeconds,
    stopRequestedBy: null,
    outputSize: 0,
    tokenVersion: claim.tokenVersion + 1,
    tokenPath: stepped.token.path,
    tokenStatus: stepped.token.status,
    tokenAttempt: stepped.token.attempt,
    tokenContext: stepped.token.context,
  };
}

function finishUnderLock(
  db: Database,
  claim: Claim,
  event: OuterEvent,
  result: ExecutionResult,
  facts: EngineFacts,
  freed: FreeWorker | null,
): Promise<Finished> {
  return inTransaction(db, async (tx) => {
    const instance = await lockInstance(tx, claim.instanceId);
    const tokens = await lockTokensByKey(tx, claim.instanceId, lineageKeys(claim.tokenKey));
    const token = tokens.find(({ id }) => id === claim.tokenId);
    // It was deleted, and the execution with it.
    if (instance === null) return { ...nothing, claim: null };
    if (token === undefined) throw new Error(`token ${claim.tokenId} is gone`);
    const outcome =
      token.version === claim.tokenVersion && token.status === 'working'
        ? await applyEvent(tx, instance, tokens, token.key, event, facts, { result, freed })
        : await recordOnly(tx, claim, token, result, freed);
    if (outcome.recorded && !outcome.moved) await refreshMessages(tx, claim.instanceId);
    const { other, next } = outcome;
    const ownNext = freed !== null && next !== null;
    return { ...outcome, claim: ownNext ? await heldExecution(tx, freed.workerId) : other };
  });
}

/** The token has moved on (it was cancelled): only the result is written. */
function recordOnly(
  tx: Parameters<typeof commitStep>[0],
  claim: Claim,
  token: Token,
  result: ExecutionResult,
  freed: FreeWorker | null,
): Promise<StepOutcome> {
  return commitStep(tx, {
    instanceId: claim.instanceId,
    tokenId: claim.tokenId,
    version: -1,
    token,
    result,
    next: null,
    freed,
    stopBy: null,
    wakeSeconds: null,
    expected: null,
    openBranches: null,
    joins: false,
    awaited: false,
    activeDelta: 0,
    failedDelta: 0,
    fails: false,
    cancel: false,
    logs: [],
    notices: [],
  });
}
