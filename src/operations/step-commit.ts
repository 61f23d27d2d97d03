/** Turns what `step` decided into what `commit-step` writes. */
import type { ExecuteEffect, Effect } from '../workflow/effect.ts';
import type { Mask } from '../workflow/mask.ts';
import { isActive, type Token } from '../workflow/token.ts';
import type { NextExecution, StepCommit } from '../store/commit-step.ts';
import type { Notice } from '../store/outbox.ts';

/** A step that was taken: where the token was, where it is, and what is asked of the outside. */
export interface Stepped {
  readonly before: Pick<Token, 'status'>;
  readonly token: Token;
  readonly effects: readonly Effect[];
}

/** The part of a commit that follows from the step alone. `by` is who brought it about. */
export function stepCommit(
  { before, token, effects }: Stepped,
  mask: Mask,
  by: string | null,
): Omit<StepCommit, 'instanceId' | 'tokenId' | 'version' | 'result' | 'freed'> {
  const execute = effects.find((effect) => effect.type === 'execute');
  return {
    token,
    next: execute === undefined ? null : nextExecution(execute),
    stopBy: effects.some(({ type }) => type === 'stop') ? (by ?? 'the engine') : null,
    activeDelta: Number(isActive(token.status)) - Number(isActive(before.status)),
    failedDelta: Number(token.status === 'failure') - Number(before.status === 'failure'),
    cancel: token.status === 'critical',
    logs: logs(effects, mask),
    notices: notices(effects, by, mask),
  };
}

export function nextExecution(effect: ExecuteEffect): NextExecution {
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
