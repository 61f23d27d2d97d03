/** The life of one command: started, drained, limited, stopped, ended. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Children } from './children.ts';
import type { Command, CommandProcess } from './command.ts';
import type { Exit } from './libc.ts';
import type { Leftovers } from './leftovers.ts';
import type { MemoryWatch } from './memory.ts';
import type { EndedBy, Submission } from './protocol.ts';
import { readProcess } from './process-table.ts';
import { startCommand, whyNotStarted } from './start-command.ts';
import type { Stopper } from './stopper.ts';
import type { Strangers } from './strangers.ts';
import { EXECUTION_MARKER } from './target.ts';
import { tellEnded, tellRunningSoon } from './tell.ts';

export type Runner = {
  /** It runs, or has ended without, when its `starting` resolves. */
  readonly start: (command: Command, submission: Submission) => void;
  /**
   * Does something while no command is being started on a thread: it would be born wherever this process is then. A start that
   * does not come back is not waited for.
   */
  readonly betweenStarts: <Value>(work: () => Value) => Promise<Value>;
  /** Resolves, after its end is known, with whether nothing of it is left. */
  readonly stop: (command: Command, graceMs: number, by: EndedBy) => Promise<boolean>;
};

/** How long a process left behind may hold the pipe open before the result is given without its end. */
const PIPE_AFTER_EXIT_MS = 1000;
/** How long a start is waited for that does not come back: its folder is on a disk that does not answer, say. */
const START_MS = 5000;
/** Node's timers fire at once beyond this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a command's life is made of. */
export type Means = {
  readonly epoch: string;
  /** All commands that have not ended. */
  readonly running: () => readonly Command[];
  readonly children: Children;
  readonly stopper: Stopper;
  readonly strangers: Strangers;
  readonly leftovers: Leftovers;
  readonly memory: MemoryWatch;
};

export function createRunner(means: Means): Runner {
  const { epoch, running, children, stopper, strangers, leftovers, memory } = means;
  /** Starts on threads that have not come back. */
  const starts = new Set<Promise<void>>();
  /** Those who wait for these. */
  let waiting = 0;

  function start(command: Command, submission: Submission): void {
    const beside = running().length > 1 && waiting === 0;
    const starting = begin(command, submission, beside).catch((error: unknown) =>
      neverStarted(command, whyNotStarted(error, submission.chdir)),
    );
    command.starting = starting;
    if (!beside) return;
    starts.add(starting);
    void starting.then(() => starts.delete(starting));
  }

  async function betweenStarts<Value>(work: () => Value): Promise<Value> {
    waiting += 1;
    try {
      await inTime(Promise.all(starts), START_MS);
      return work();
    } finally {
      waiting -= 1;
    }
  }

  async function begin(command: Command, submission: Submission, beside: boolean): Promise<void> {
    const marker = `${EXECUTION_MARKER}=${epoch}:${command.id}`;
    strangers.expect(command);
    const pid = await startCommand(submission, marker, beside, children, {
      output: (chunk) => output(command, chunk),
      outputClosed: () => outputDone(command),
      exited: (exit) => exited(command, exit),
    });
    command.process = processOf(command, pid, marker);
    tellRunningSoon(command);
    limitRunTime(command, command.limits.runtimeLimitMs);
    memory.follow(command);
  }

  /**
   * Most commands are over before anybody asks when they started, which takes as long to read as all else that their end needs.
   * One that has been waited for cannot be asked any more, and need not be: while its group lives its pid names nothing else.
   */
  function processOf(command: Command, pid: number, marker: string): CommandProcess {
    let known: number | null = null;
    const pidStart = () => (known ??= command.exit ? null : startOf(pid));
    const target = {
      marker,
      get groups() {
        return [{ id: pid, start: pidStart() ?? 0 }];
      },
      strangers: () => strangers.of(command),
    };
    return { pid, pidStart, target };
  }

  function neverStarted(command: Command, why: string): void {
    command.output.write(Buffer.from(`${why}\n`));
    finish(command, { code: 127, signal: null }, []);
  }

  /** A process left behind may write on for ever: after the result it is drained and what it says dropped. */
  function output(command: Command, chunk: Buffer): void {
    if (!command.ended) command.output.write(chunk);
  }

  function limitRunTime(command: Command, remaining: number | null): void {
    if (remaining === null) return;
    const wait = Math.min(remaining, LONGEST_TIMER_MS);
    command.limitTimer = setTimeout(() => {
      if (remaining > wait) limitRunTime(command, remaining - wait);
      else void stop(command, command.limits.graceMs, 'limit');
    }, wait);
  }

  function exited(command: Command, exit: Exit): void {
    command.exit = exit;
    if (!command.outputDone)
      command.pipeTimer = setTimeout(() => outputDone(command), PIPE_AFTER_EXIT_MS);
    settle(command);
  }

  function outputDone(command: Command): void {
    command.outputDone = true;
    settle(command);
  }

  /** A stopped command ends when nothing of it is left: `stop` sees to that. */
  function settle(command: Command): void {
    if (!command.exit || !command.outputDone || !command.process) return;
    if (command.stop || command.ended) return;
    finish(command, command.exit, leftovers.keep(command));
  }

  async function stop(command: Command, graceMs: number, by: EndedBy): Promise<boolean> {
    if (!command.process) {
      if (!(await inTime(command.starting, START_MS))) {
        void command.starting.then(() => stop(command, graceMs, by));
        return false;
      }
      // What has ended before anybody could stop it has ended by itself: that is heard of a turn later.
      await setImmediate();
    }
    if (!command.process) return true;
    memory.look();
    const done = stopper.stop(command.process.target, { signal: 'SIGTERM', graceMs, to: 'all' });
    // What was exited before was not ended by this.
    command.stop ??= { by: command.exit ? 'itself' : by, done };
    const empty = await done;
    if (empty) await exitAndOutput(command);
    const left = empty ? [] : leftovers.keep(command);
    if (!command.ended) finish(command, command.exit ?? { code: null, signal: null }, left);
    else command.ended = { ...command.ended, groupEmpty: left.length === 0, leftovers: left };
    return empty;
  }

  function finish(command: Command, exit: Exit, left: readonly number[]): void {
    if (command.ended) return;
    clearTimeout(command.limitTimer ?? undefined);
    clearTimeout(command.pipeTimer ?? undefined);
    clearTimeout(command.memoryTimer ?? undefined);
    command.exit = exit;
    command.outputDone = true;
    command.output.end();
    command.ended = {
      status: 'ended',
      id: command.id,
      pid: command.process?.pid ?? null,
      code: exit.code,
      signal: exit.signal,
      endedBy: command.stop?.by ?? 'itself',
      groupEmpty: left.length === 0,
      leftovers: left,
      startedAt: command.startedAt,
      endedAt: Date.now(),
      outputSize: command.spool.size(),
      peakMemory: command.peakMemory,
    };
    tellEnded(command);
    command.markEnded();
  }

  return { start, betweenStarts, stop };
}

async function inTime(promise: Promise<unknown>, mostMs: number): Promise<boolean> {
  return Promise.race([promise.then(() => true), sleep(mostMs, false, { ref: false })]);
}

/** With nothing of it alive both are a matter of the next turns of the event loop; a stranger may hold the pipe, though. */
async function exitAndOutput(command: Command): Promise<void> {
  const until = performance.now() + PIPE_AFTER_EXIT_MS;
  while ((!command.exit || !command.outputDone) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function startOf(pid: number): number | null {
  try {
    return readProcess(pid)?.start ?? null;
  } catch {
    // No process of this machine may open one more file: the marker tells whose it is.
    return null;
  }
}
