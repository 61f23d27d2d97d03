/** Process groups whose command has ended and that are not empty: still the guardian's, ended when it ends. */
import { findMembers, type Sought, type Target } from './target.ts';

export type Leftovers = {
  /** True, and remembered, when something of the group is alive. */
  readonly keep: (target: Target) => boolean;
  readonly targets: () => readonly Target[];
};

const LOOK_AGAIN_MS = 30_000;

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
    if (kept.length === 0) return;
    const members = findMembers(kept.map(unseen));
    kept = kept.filter((target) => members.get(target)?.length);
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

function isAlive(target: Target): boolean {
  return Boolean(findMembers([unseen(target)]).get(target)?.length);
}

function unseen(target: Target): Sought {
  return { target, seen: new Map() };
}
