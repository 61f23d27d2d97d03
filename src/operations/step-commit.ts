/** Turns what `step` decided into what `commit-step` writes. */
import type { ExecuteEffect, Effect } from '../workflow/effect.ts';
import type { Token, TokenStatus } from '../workflow/token.ts';
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
    logs: effects.filter((effect) => effect.type === 'log'),
    notices: notices(effects, by),
  };
}

export function nextExecution(effect: ExecuteEffect): NextExecution {
  const { shell, chdir, env, queue, timeoutSeconds } = effect;
  return { shell, chdir, env, queue, timeoutSeconds };
}

export function notices(effects: readonly Effect[], by: string | null): Notice[] {
  return effects
    .filter((effect) => effect.type === 'notify')
    .map(({ event, message }) => ({
      event,
      payload: by === null ? { message } : { message, by },
    }));
}

/** Not final: the token still holds the instance open. */
export function isActive(status: TokenStatus): boolean {
  return status === 'working' || status === 'waiting' || status === 'failure';
}
