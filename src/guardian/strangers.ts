/**
 * Whose the processes are that left group, session, parents and marker behind (`env -i setsid`, forked twice): in the control group
 * they are seen, and by elimination they belong to the only command that ran when they came.
 */
import type { Cgroup } from './cgroup.ts';
import type { Command } from './command.ts';
import { isChild } from './libc.ts';
import { readProcess } from './process-table.ts';

export type Strangers = {
  /** To be told of every command just before its start. */
  readonly expect: (command: Command) => void;
  /** Pids that can only be its own, those of its group among them; none when others ran beside it all the time. */
  readonly of: (command: Command, present?: readonly number[]) => number[];
  /** Everything in the control group that is not the guardian or started by it; null where there is none. */
  readonly all: () => number[] | null;
};

type Known = {
  /** No other command has run, and nothing was left of former ones, since its start. */
  alone: boolean;
  /** Those that came while it was: pid and start. */
  readonly seen: Map<number, number>;
};

/** @param running all commands that have not ended */
export function createStrangers(
  cgroup: Cgroup | null,
  running: () => Iterable<Command>,
): Strangers {
  const known = new WeakMap<Command, Known>();

  function expect(command: Command): void {
    if (!cgroup) return;
    let others = 0;
    for (const other of running()) {
      // Also one that has still to be started.
      if (other === command) continue;
      others += 1;
      const its = known.get(other);
      if (its?.alone) remember(its);
      if (its) its.alone = false;
    }
    known.set(command, { alone: others === 0 && all()?.length === 0, seen: new Map() });
  }

  function remember({ seen }: Known, present: readonly number[] = all() ?? []): void {
    for (const pid of present) {
      const start = readProcess(pid)?.start;
      if (start !== undefined) seen.set(pid, start);
    }
  }

  function of(command: Command, present?: readonly number[]): number[] {
    const its = known.get(command);
    if (!its) return [];
    if (its.alone) remember(its, present);
    return [...its.seen].flatMap(([pid, start]) =>
      readProcess(pid)?.start === start ? [pid] : [],
    );
  }

  /** What this process started are first processes of commands, found by their group, and its own helpers. */
  function all(): number[] | null {
    if (!cgroup) return null;
    // Those that run are known without a look at each, which would take as long as the rest of an end.
    const ours = new Set([process.pid]);
    for (const command of running())
      if (command.process && !command.exit) ours.add(command.process.pid);
    return cgroup.pids().filter((pid) => !ours.has(pid) && !isChild(pid));
  }

  return { expect, of, all };
}
