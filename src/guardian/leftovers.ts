/** What ended commands have left running: still the guardian's, ended when it ends. */
import type { Command } from './command.ts';
import { findMembers } from './find-members.ts';
import { groupExists } from './libc.ts';
import { readProcess, readProcesses } from './process-table.ts';
import type { Strangers } from './strangers.ts';
import type { Target } from './target.ts';

export type Leftovers = {
  /** Pids of what is left of a command whose first process has ended; remembered when there are any. */
  readonly keep: (command: Command) => readonly number[];
  readonly targets: () => readonly Target[];
};

const LOOK_AGAIN_MS = 5000;
/** When more processes than this are of other commands, perhaps, a command that left its group is not looked for at its end. */
const FEW = 8;

export function createLeftovers(strangers: Strangers): Leftovers {
  let kept: Target[] = [];
  let timer: NodeJS.Timeout | undefined;

  function keep(command: Command): readonly number[] {
    const target = command.process?.target;
    if (!target || !mayHaveLeft(command, target)) return [];
    const left = membersOf(target);
    if (left.length === 0) return [];
    kept.push(target);
    timer ??= setInterval(forgetEmpty, LOOK_AGAIN_MS).unref();
    return left;
  }

  function forgetEmpty(): void {
    kept = kept.filter((target) => membersOf(target).length > 0);
  }

  /** A system call or two for the ordinary case, where a look at all processes would cost as much as the command. */
  function mayHaveLeft(command: Command, target: Target): boolean {
    if (target.groups.some(({ id }) => groupExists(id))) return true;
    const present = strangers.all() ?? [];
    if (strangers.of(command, present).length > 0) return true;
    return present.length > 0 && present.length <= FEW && membersOf(target, present).length > 0;
  }

  return { keep, targets: () => kept };
}

/** When they cannot be seen the first one stands for them: something may be alive. */
function membersOf(target: Target, among?: readonly number[]): number[] {
  const look = () => among?.flatMap((pid) => readProcess(pid) ?? []) ?? readProcesses();
  try {
    const members = findMembers([{ target, seen: new Map() }], new Map(), look);
    return (members.get(target) ?? []).map(({ pid }) => pid);
  } catch {
    return target.groups.map(({ id }) => id);
  }
}
