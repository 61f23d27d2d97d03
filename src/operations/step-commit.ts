/** Turns what was decided about a token into what the store writes. */
import type { Change } from '../workflow/advance.ts';
import type { ExecuteEffect, Effect } from '../workflow/effect.ts';
import type { Mask } from '../workflow/mask.ts';
import { expectedMinutes } from '../workflow/expectation.ts';
import { parentKey } from '../workflow/token-key.ts';
import { isActive, type Token } from '../workflow/token.ts';
import type { NextExecution, StepCommit } from '../store/commit-step.ts';
import type { NewBranch } from '../store/insert-branches.ts';
import type { Notice } from '../store/outbox.ts';

/** A step that was taken: where the token is, and what is asked of the outside. */
export interface Stepped {
  readonly token: Token;
  readonly effects: readonly Effect[];
}

/** What of a commit does not follow from the step. */
type CommitOf = Pick<
  StepCommit,
  'instanceId' | 'tokenId' | 'version' | 'result' | 'freed' | 'awaited'
>;

/** A commit of what follows from the step alone. `by` is who brought it about. */
export function stepCommit(
  before: Pick<Token, 'status' | 'context'>,
  { token, effects }: Stepped,
  mask: Mask,
  by: string | null,
  of: CommitOf,
): StepCommit {
  // One property after the other: `...of` would take 12 microseconds instead of 0.02, and several times the memory.
  return {
    instanceId: of.instanceId,
    tokenId: of.tokenId,
    version: of.version,
    result: of.result,
    freed: of.freed,
    awaited: of.awaited,
    token,
    next: nextOf(token, effects),
    stopBy: effects.some(({ type }) => type === 'stop') ? (by ?? 'the engine') : null,
    wakeSeconds: wakeSeconds(token, effects),
    expected: newExpectation(before, token),
    openBranches: null,
    joins: effects.some(({ type }) => type === 'join'),
    activeDelta: Number(isActive(token.status)) - Number(isActive(before.status)),
    failedDelta: Number(token.status === 'failure') - Number(before.status === 'failure'),
    fails: fails(effects),
    cancel: token.status === 'critical',
    logs: logs(effects, mask),
    notices: notices(effects, by, mask),
  };
}

/** A token that has begun, as it is written. */
export function newBranch({ token, openBranches, effects }: Change, mask: Mask): NewBranch {
  return {
    ...token,
    parentKey: parentKey(token.key),
    openBranches,
    wakeSeconds: wakeSeconds(token, effects),
    expectedMinutes: expectedMinutes(token.context),
    execution: nextOf(token, effects),
    logs: logs(effects, mask),
    notices: notices(effects, null, mask),
  };
}

/** None where the same decision has ended the token again. */
export function nextOf(token: Token, effects: readonly Effect[]): NextExecution | null {
  const execute = effects.find((effect) => effect.type === 'execute');
  return execute === undefined || token.status !== 'working' ? null : nextExecution(execute);
}

export function wakeSeconds(token: Token, effects: readonly Effect[]): number | null {
  const wake = effects.find((effect) => effect.type === 'wake');
  return wake === undefined || !isActive(token.status) ? null : wake.seconds;
}

/** Null where the step changes nothing of it. */
function newExpectation(
  before: Pick<Token, 'context'>,
  { context }: Token,
): StepCommit['expected'] {
  const minutes = expectedMinutes(context);
  return minutes === expectedMinutes(before.context) ? null : { minutes };
}

function nextExecution(effect: ExecuteEffect): NextExecution {
  const { shell, chdir, env, queue, timeoutSeconds } = effect;
  return { shell, chdir, env, queue, timeoutSeconds };
}

/** What is written here is read by many, and for good. */
export function logs(effects: readonly Effect[], mask: Mask): StepCommit['logs'] {
  return effects
    .filter((effect) => effect.type === 'log')
    .map(({ level, message }) => ({ level, message: mask.text(message) }));
}

export function notices(effects: readonly Effect[], by: string | null, mask: Mask): Notice[] {
  return effects
    .filter((effect) => effect.type === 'notify')
    .map(({ event, message: given }) => {
      const message = given === null ? null : mask.text(given);
      return { event, payload: by === null ? { message } : { message, by } };
    });
}

/** Whether somebody has to hear that it is right again. */
export const fails = (effects: readonly Effect[]): boolean =>
  effects.some(
    (effect) =>
      effect.type === 'notify' && (effect.event === 'failure' || effect.event === 'critical'),
  );

/** An end that is the first success after a failure. */
export const backToNormal = (notice: Notice): Notice =>
  notice.event === 'finished' ? { ...notice, event: 'back_to_normal' } : notice;

/** What the instance's counters change by. */
export function deltas(changes: readonly Change[]): { activeDelta: number; failedDelta: number } {
  const count = (is: (token: Token) => boolean): number =>
    changes.reduce(
      (sum, { token, before }) =>
        sum + Number(is(token)) - Number(before !== null && is(before.token)),
      0,
    );
  return {
    activeDelta: count(({ status }) => isActive(status)),
    failedDelta: count(({ status }) => status === 'failure'),
  };
}
