/** Watches how much memory commands take: often while they are young, seldom when they are old. */
import type { Command } from './command.ts';
import { readProcesses } from './process-table.ts';

export type MemoryWatch = {
  /** Looks at a command from now on, until its `memoryTimer` is cleared. */
  readonly follow: (command: Command) => void;
  /** Looks at all commands now: something may end in a moment. */
  readonly look: () => void;
};

const LONGEST_MS = 1_800_000;
/** Whoever is due so soon after a look was in it. */
const FRESH_MS = 200;

/**
 * A look reads the whole process table, so it serves all commands.
 *
 * @param running all commands that have not ended
 */
export function createMemoryWatch(running: () => Iterable<Command>): MemoryWatch {
  let lastLook = Number.NEGATIVE_INFINITY;

  function follow(command: Command, count = 0): void {
    command.memoryTimer = setTimeout(() => {
      look();
      follow(command, count + 1);
    }, untilNextSample(count));
  }

  function look(): void {
    if (performance.now() - lastLook < FRESH_MS) return;
    lastLook = performance.now();
    const commands = new Map<number, Command>();
    for (const command of running())
      if (command.process) commands.set(command.process.pid, command);
    if (commands.size > 0) measure(commands);
  }

  return { follow: (command) => follow(command), look };
}

/** Kuroko2's way: 1, 1, 4, 9, 16, ... 1,800 seconds, as milliseconds. */
export function untilNextSample(count: number): number {
  return Math.min(Math.max(count * count, 1) * 1000, LONGEST_MS);
}

/**
 * The resident memory of all processes of a session, which they share even when the shell gives them groups of their own. Not
 * the `memory.peak` of a cgroup: one for each command would cost a lock of the whole kernel at each start.
 *
 * @param commands by the id of their session
 */
function measure(commands: ReadonlyMap<number, Command>): void {
  const sums = new Map<Command, number>();
  for (const { session, memory } of processesOrNone()) {
    const command = commands.get(session);
    if (command) sums.set(command, (sums.get(command) ?? 0) + memory);
  }
  for (const [command, sum] of sums) command.peakMemory = Math.max(command.peakMemory ?? 0, sum);
}

/** When files are short a sample is not worth an error: there will be another. */
function processesOrNone(): ReturnType<typeof readProcesses> {
  try {
    return readProcesses();
  } catch {
    return [];
  }
}
