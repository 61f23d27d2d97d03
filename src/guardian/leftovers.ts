/** Process groups whose command has ended and that are not empty: still the guardian's, ended when it ends. */
import { findMembers } from './find-members.ts';
import type { Target } from './target.ts';

export type Leftovers = {
  /** True, and remembered, when something of the group is alive. */
  readonly keep: (target: Target) => boolean;
  readonly targets: () => readonly Target[];
};

const LOOK_AGAIN_MS = 5000;

export function createLeftovers(): Leftovers {
  let kept: Target[] = [];
  let timer: NodeJS.Timeout | undefined;

  function keep(target: Target): boolean {
    if (!target.groups.some(({ id }) => groupExists(id)) || !isAlive(target)) return false;
    kept.push(target);
    timer ??= setInterval(forgetEmpty, LOOK_AGAIN_MS).unref();
    return true;
  }

  function forgetEmpty(): void {
    kept = kept.filter(isAlive);
  }

  return { keep, targets: () => kept };
}

/** One system call for the ordinary case. Zombies count here, so that a group that exists is looked at. */
function groupExists(id: number): boolean {
  try {
    process.kill(-id, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When it cannot be seen it may be. */
function isAlive(target: Target): boolean {
  try {
    return Boolean(findMembers([{ target, seen: new Map() }]).get(target)?.length);
  } catch {
    return true;
  }
}
