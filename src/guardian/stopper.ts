/** Stops whatever belongs to a command or service: a signal, a grace, KILL, and a look that proves that nothing is left. */
import { type ProcessEntry, readProcess } from './process-table.ts';
import { findMembers, type Target } from './target.ts';

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
  readonly target: Target;
  readonly options: StopOptions;
  killAt: number;
  readonly done: Promise<boolean>;
  readonly resolve: (empty: boolean) => void;
  /** Groups that have got the signal as a whole. */
  readonly signalled: Set<number>;
  looked: boolean;
};

const AFTER_KILL_MS = 5000;
/** What is left of a server whose first process has ended needs no long grace. */
const AFTER_LEADER_MS = 1000;

/** All stops that are under way share one look at the process table. */
export function createStopper(): Stopper {
  const stops = new Map<Target, Stop>();
  let timer: NodeJS.Timeout | undefined;
  let delay = 0;

  function stop(target: Target, options: StopOptions): Promise<boolean> {
    const killAt = monotonicMs() + options.graceMs;
    let current = stops.get(target);
    if (current) {
      current.killAt = Math.min(current.killAt, killAt);
    } else {
      const { promise, resolve } = withResolvers<boolean>();
      const signalled = signalGroups(target, options);
      current = { target, options, killAt, done: promise, resolve, signalled, looked: false };
      stops.set(target, current);
    }
    look(2);
    return current.done;
  }

  function look(inMs: number): void {
    delay = inMs;
    clearTimeout(timer);
    timer = setTimeout(proceed, inMs);
  }

  function proceed(): void {
    const now = monotonicMs();
    const members = findMembers([...stops.keys()]);
    for (const current of stops.values()) {
      const alive = members.get(current.target) ?? [];
      if (alive.length === 0 || now > current.killAt + AFTER_KILL_MS) {
        stops.delete(current.target);
        current.resolve(alive.length === 0);
      } else if (now >= current.killAt) {
        for (const { pid } of alive) signal(pid, 'SIGKILL');
      } else {
        signalRest(current, alive, now);
      }
    }
    if (stops.size === 0) return;
    const nextKill = Math.min(...[...stops.values()].map(({ killAt }) => killAt));
    const untilKill = nextKill > now ? nextKill - now : Number.POSITIVE_INFINITY;
    look(Math.min(Math.max(delay * 2, 2), 100, Math.max(untilKill, 1)));
  }

  return { stop };
}

/**
 * At once: every group whose first process is still there, so that its id cannot have been given to a stranger. A stopped
 * process takes no TERM before it is continued.
 */
function signalGroups({ groups }: Target, options: StopOptions): Set<number> {
  const led = groups
    .filter(({ id, start }) => readProcess(id)?.start === start)
    .map(({ id }) => id);
  for (const id of led) {
    const to = options.to === 'all' ? -id : id;
    signal(to, options.graceMs > 0 ? options.signal : 'SIGKILL');
    if (options.to === 'all') signal(to, 'SIGCONT');
  }
  return new Set(led);
}

/** At the first look: those that are in no such group. Later ones, a trap's cleanup for example, have until the KILL. */
function signalRest(current: Stop, alive: readonly ProcessEntry[], now: number): void {
  if (current.options.to === 'leader') {
    const leads = alive.some(({ pid }) => current.signalled.has(pid));
    if (!leads) current.killAt = Math.min(current.killAt, now + AFTER_LEADER_MS);
  } else if (!current.looked) {
    for (const { pid, group } of alive) {
      if (!current.signalled.has(group)) signal(pid, current.options.signal);
    }
  }
  current.looked = true;
}

/** Whoever has ended meanwhile needs no signal, and whoever may not be signalled is seen by the look that follows. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    return;
  }
}

function monotonicMs(): number {
  return performance.now();
}

function withResolvers<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
