/** Main's side of the threads: Bree runs them; one that died is started again, with backoff. */
import Bree from 'bree';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Log } from '../log.ts';
import type { RestartWish } from '../store/restarts.ts';

export type ThreadName = 'executor' | 'keeper' | 'notifier' | 'logger';

export interface ThreadPlan {
  readonly name: ThreadName;
  readonly workerData: Readonly<Record<string, unknown>>;
}

export interface Threads {
  /** `up` once a thread has said that it is ready, and since it last did. */
  state(): Readonly<Record<string, 'starting' | 'up' | 'down'>>;
  /** Asks some, or all, to drain and end; those that do not within the time are ended. */
  stop(deadlineMs: number, names?: readonly ThreadName[]): Promise<void>;
  /** Like `stop`, but what they hold stays as it is, for whoever comes next. */
  leave(deadlineMs: number, names?: readonly ThreadName[]): Promise<void>;
}

/** What a thread tells main. Bree itself looks for 'cancelled' and 'done'. */
export type ThreadMessage = 'ready' | 'cancelled' | ThreadNews;

/**
 * `fatal`: the whole program cannot go on. `drained`: it takes nothing new, and holds nothing any more. `restart`: somebody
 * wishes that the program be started again.
 */
export type ThreadNews =
  | { readonly type: 'fatal'; readonly reason: string }
  | { readonly type: 'drained' }
  | { readonly type: 'restart'; readonly wish: RestartWish };

/** Threads run compiled JavaScript, also where this file itself is run as TypeScript by a test. */
const compiled = import.meta.url.endsWith('.ts') ? '../../dist/src/workers/' : './';
const firstPauseMs = 200;
const longestPauseMs = 10_000;
/** A thread that lived this long was well: its next death starts the backoff afresh. */
const wellAfterMs = 30_000;

/** Loading its modules makes a thread's nursery 48 MB, most of which it never needs again. */
const nurseryMb = 6;

/** Starts the threads. `onNews` is told what concerns the whole program. */
export async function startThreads(
  plans: readonly ThreadPlan[],
  log: Log,
  onNews: (news: ThreadNews) => void,
): Promise<Threads> {
  const states = new Map<string, 'starting' | 'up' | 'down'>();
  const stopping = new Set<string>();
  const gone = new Map<string, () => void>();
  const pauses = new Map<string, number>();
  const startedAt = new Map<string, number>();
  /** By us, where they stood: that they did not end by themselves is no failure of theirs. */
  const terminated = new Set<string>();
  const quiet = () => {};
  const bree = new Bree({
    root: false,
    doRootCheck: false,
    logger: { info: quiet, warn: quiet, error: quiet } as unknown as Console,
    // Called twice for a throw in a thread (its error, then its exit): both are worth a line.
    errorHandler: (error: unknown, { name }: { name: string }) =>
      terminated.has(name) || log.error({ thread: name, err: error }, 'a thread failed'),
    workerMessageHandler: ({ name, message: said }: { name: string; message?: unknown }) => {
      const message = said as ThreadMessage;
      if (message === 'ready') states.set(name, 'up');
      else if (typeof message === 'object') onNews(message);
    },
    jobs: plans.map(({ name, workerData }) => ({
      name,
      path: fileURLToPath(new URL(`${compiled}${name}.js`, import.meta.url)),
      worker: { workerData, resourceLimits: { maxYoungGenerationSizeMb: nurseryMb } },
    })),
  });

  const run = (name: string): void => {
    states.set(name, 'starting');
    startedAt.set(name, performance.now());
    void bree.run(name);
  };
  bree.on('worker deleted', (name: string) => {
    states.set(name, 'down');
    gone.get(name)?.();
    if (stopping.has(name)) return;
    const lived = performance.now() - (startedAt.get(name) ?? 0);
    const pause = lived > wellAfterMs ? firstPauseMs : (pauses.get(name) ?? firstPauseMs);
    pauses.set(name, Math.min(pause * 2, longestPauseMs));
    log.warn({ thread: name, pauseMs: pause }, 'a thread ended and is started again');
    setTimeout(() => stopping.has(name) || run(name), pause);
  });
  // Once it is initialised, `run` makes the thread before it returns: `stop` will find it.
  await (bree as unknown as { init(): Promise<void> }).init();
  for (const { name } of plans) run(name);

  const ask = async (
    word: 'cancel' | 'leave',
    deadlineMs: number,
    names: readonly ThreadName[],
  ): Promise<void> => {
    const ends = names.map((name) => {
      stopping.add(name);
      return new Promise<void>((resolve) => {
        if (states.get(name) === 'down' || !bree.workers.has(name)) return resolve();
        // Who was asked before hears of it, too.
        const before = gone.get(name);
        gone.set(name, () => {
          before?.();
          resolve();
        });
      });
    });
    for (const name of names) bree.workers.get(name)?.postMessage(word);
    const late = await Promise.race([
      Promise.all(ends).then(() => false),
      sleep(deadlineMs, true, { ref: false }),
    ]);
    if (!late) return;
    const still = names.filter((name) => bree.workers.has(name));
    for (const name of still) terminated.add(name);
    log.warn({ threads: still }, 'threads did not end in time and are ended');
    await Promise.all(still.map(async (name) => bree.workers.get(name)?.terminate()));
  };

  const all = plans.map(({ name }) => name);
  return {
    state: () => Object.fromEntries(states),
    stop: (deadlineMs, names = all) => ask('cancel', deadlineMs, names),
    leave: (deadlineMs, names = all) => ask('leave', deadlineMs, names),
  };
}
