/** The commands the guardian holds: started once, and forgotten when their result is acknowledged. */
import { watchChildren } from './children.ts';
import { type Command, createCommand } from './command.ts';
import type { Cgroup } from './cgroup.ts';
import type { Connection } from './connection.ts';
import { createLeftovers } from './leftovers.ts';
import { createMemoryWatch } from './memory.ts';
import type {
  Ended,
  EndedBy,
  Observed,
  OutputSlice,
  Running,
  Stopped,
  Submission,
} from './protocol.ts';
import { createRunner, type Runner } from './run-command.ts';
import type { Stopper } from './stopper.ts';
import { createStrangers } from './strangers.ts';
import type { Target } from './target.ts';
import { describeEnded, describeRunning, tellEnded, tellRunningSoon } from './tell.ts';

export type Commands = {
  readonly submit: (submission: Submission, from: Connection) => void;
  /** From now on the connection hears of it. */
  readonly observe: (id: number, from: Connection) => Observed;
  readonly read: (id: number, from: number) => OutputSlice | null;
  readonly list: () => (Running | Ended)[];
  readonly stop: (id: number, graceMs: number) => Promise<Stopped>;
  /** Stops all at once, and what they left behind; resolves with the ids of those of which something is alive. */
  readonly stopAll: (graceMs: number, by: EndedBy) => Promise<number[]>;
  readonly ack: (ids: readonly number[]) => void;
  readonly betweenStarts: Runner['betweenStarts'];
  /** Starts nothing any more. */
  readonly close: () => void;
  /** What ended commands left running. */
  readonly leftovers: () => readonly Target[];
  /** Ended, and not acknowledged. */
  readonly unacknowledged: () => Command[];
  readonly forgetConnection: (connection: Connection) => void;
};

const SLICE = 256 * 1024;
/** Acknowledged ids remembered, so that a submit repeated too late starts nothing. */
const REMEMBERED = 10_000;

/** @param cgroup in which all commands are, if there is one */
export function createCommands(epoch: string, stopper: Stopper, cgroup: Cgroup | null): Commands {
  const commands = new Map<number, Command>();
  const acknowledged = new Set<number>();
  const running = () => [...commands.values()].filter(({ ended }) => !ended);
  const memory = createMemoryWatch(running);
  const strangers = createStrangers(cgroup, running);
  const leftovers = createLeftovers(strangers);
  const runner = createRunner({
    epoch,
    running,
    children: watchChildren(),
    stopper,
    strangers,
    leftovers,
    memory,
  });
  let closed = false;

  function submit(submission: Submission, from: Connection): void {
    const { id } = submission;
    if (!Number.isSafeInteger(id)) throw new Error(`no id of an execution: ${String(id)}`);
    const known = commands.get(id);
    if (known) {
      known.listeners.add(from);
      if (known.ended) tellEnded(known);
      // Whoever takes it over hears how far it is, also when it says nothing more for long.
      else tellRunningSoon(known);
      return;
    }
    if (closed) return from.say({ type: 'refused', id, reason: 'ending' });
    if (acknowledged.has(id)) return from.say({ type: 'refused', id, reason: 'acknowledged' });
    const command = createCommand(submission);
    command.listeners.add(from);
    commands.set(id, command);
    runner.start(command, submission);
  }

  function observe(id: number, from: Connection): Observed {
    const command = commands.get(id);
    if (!command) return { status: 'unknown', id };
    command.listeners.add(from);
    return describeEnded(command, true) ?? describeRunning(command);
  }

  function read(id: number, from: number): OutputSlice | null {
    const spool = commands.get(id)?.spool;
    if (!spool) return null;
    const slice = spool.read(Math.max(from, 0), SLICE);
    return {
      from: slice.from,
      data: slice.data.toString('base64'),
      next: slice.from + slice.data.length,
      size: spool.size(),
    };
  }

  async function stop(id: number, graceMs: number): Promise<Stopped> {
    const command = commands.get(id);
    if (!command) return { status: 'unknown', id };
    return { status: 'stopped', id, groupEmpty: await runner.stop(command, graceMs, 'stop') };
  }

  async function stopAll(graceMs: number, by: EndedBy): Promise<number[]> {
    const stops = running().map(async (command) => ({
      id: command.id,
      empty: await runner.stop(command, graceMs, by),
    }));
    return (await Promise.all(stops)).filter(({ empty }) => !empty).map(({ id }) => id);
  }

  function ack(ids: readonly number[]): void {
    for (const id of ids) {
      if (!commands.get(id)?.ended) continue;
      commands.delete(id);
      acknowledged.add(id);
    }
    for (const id of acknowledged) {
      if (acknowledged.size <= REMEMBERED) break;
      acknowledged.delete(id);
    }
  }

  function forgetConnection(connection: Connection): void {
    for (const { listeners } of commands.values()) listeners.delete(connection);
  }

  return {
    submit,
    observe,
    read,
    list: () =>
      [...commands.values()].map(
        (command) => describeEnded(command, false) ?? describeRunning(command),
      ),
    stop,
    stopAll,
    ack,
    close: () => {
      closed = true;
    },
    betweenStarts: runner.betweenStarts,
    leftovers: leftovers.targets,
    unacknowledged: () => [...commands.values()].filter(({ ended }) => ended),
    forgetConnection,
  };
}
