/** Stops whatever belongs to a command or service: a signal, a grace, KILL, and a look that proves that nothing is left. */
import { complain } from './complain.ts';
import type { ProcessEntry } from './process-table.ts';
import { findMembers, type KnownMarkers, type Sought } from './find-members.ts';
import type { Target } from './target.ts';

export type StopOptions = {
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
  /** `all`: everything that belongs to it; `leader`: only the first process, as servers that end their children expect. */
  readonly to: 'all' | 'leader';
};

export type Stopper = {
  /**
   * Resolves with true when nothing of the target is alive, with false when KILL has not helped for five seconds. Asked again
   * for the same target it goes on with the shorter of the two graces.
   */
  readonly stop: (target: Target, options: StopOptions) => Promise<boolean>;
};

type Stop = {
  readonly sought: Sought;
  readonly options: StopOptions;
  killAt: number;
  signalled: boolean;
  leaderGone: boolean;
  readonly done: Promise<boolean>;
  readonly resolve: (empty: boolean) => void;
};

const AFTER_KILL_MS = 5000;
/** What is left of a server whose first process has ended gets its signal then, and no long grace. */
const AFTER_LEADER_MS = 1000;

/** All stops that are under way share one look at the process table. */
export function createStopper(): Stopper {
  const stops = new Map<Target, Stop>();
  let timer: NodeJS.Timeout | undefined;
  let delay = 0;
  let known: KnownMarkers = new Map();

  function stop(target: Target, options: StopOptions): Promise<boolean> {
    const killAt = performance.now() + options.graceMs;
    let current = stops.get(target);
    if (current) {
      current.killAt = Math.min(current.killAt, killAt);
    } else {
      const sought = { target, seen: new Map() };
      current = {
        sought,
        options,
        killAt,
        signalled: false,
        leaderGone: false,
        ...settledLater<boolean>(),
      };
      stops.set(target, current);
    }
    lookIn(0);
    return current.done;
  }

  function lookIn(ms: number): void {
    delay = ms;
    clearTimeout(timer);
    timer = setTimeout(look, ms);
  }

  function look(): void {
    const members = lookAtProcesses();
    if (!members) return lookIn(100);
    const now = performance.now();
    for (const current of stops.values()) {
      const alive = members.get(current.sought.target) ?? [];
      if (alive.length === 0 || now > current.killAt + AFTER_KILL_MS) {
        stops.delete(current.sought.target);
        current.resolve(alive.length === 0);
      } else {
        proceed(current, alive, now);
      }
    }
    if (stops.size === 0) {
      known = new Map();
      return;
    }
    const nextKill = Math.min(...[...stops.values()].map(({ killAt }) => killAt));
    const untilKill = nextKill > now ? nextKill - now : Number.POSITIVE_INFINITY;
    lookIn(Math.min(Math.max(delay * 2, 2), 100, untilKill));
  }

  /** Null when the system has no file descriptor left for it: nothing is proven then, and it has to be tried again. */
  function lookAtProcesses(): ReturnType<typeof findMembers> | null {
    try {
      return findMembers(
        [...stops.values()].map(({ sought }) => sought),
        known,
      );
    } catch (error) {
      complain('The processes could not be looked at', error);
      return null;
    }
  }

  return { stop };
}

/**
 * The first signal goes to what was seen before it: a parent that it ends leaves children that nothing else would tell from
 * strangers. What is started later, by a trap that cleans up for example, has until the KILL.
 */
function proceed(current: Stop, alive: readonly ProcessEntry[], now: number): void {
  const { sought, options } = current;
  const leads = ({ pid }: ProcessEntry) => sought.target.groups.some(({ id }) => id === pid);
  const withoutLeader = options.to === 'leader' && !alive.some(leads);
  if (withoutLeader && !current.leaderGone) {
    current.leaderGone = true;
    current.killAt = Math.min(current.killAt, now + AFTER_LEADER_MS);
    signalAll(sought.target, alive, options.signal);
  }
  if (now >= current.killAt) {
    signalAll(sought.target, alive, 'SIGKILL');
  } else if (!current.signalled) {
    current.signalled = true;
    if (options.to === 'all') signalAll(sought.target, alive, options.signal);
    else for (const { pid } of alive.filter(leads)) signal(pid, options.signal);
  }
}

/** Groups as a whole, so that nobody slips through by forking. A stopped process takes no signal before it is continued. */
function signalAll({ groups }: Target, alive: readonly ProcessEntry[], name: NodeJS.Signals): void {
  const own = new Set(
    groups.map(({ id }) => id).filter((id) => alive.some(({ group }) => group === id)),
  );
  const singles = alive.filter(({ group }) => !own.has(group)).map(({ pid }) => pid);
  for (const to of [...[...own].map((id) => -id), ...singles]) {
    signal(to, name);
    signal(to, 'SIGCONT');
  }
}

/** Whoever has ended meanwhile needs no signal, and whoever may not be signalled is seen by the look that follows. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    return;
  }
}

function settledLater<Value>(): { done: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const done = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { done, resolve };
}
