/** Watches how much memory commands take: once a second, those that have run so long. */
import type { Command } from './command.ts';
import { readProcesses } from './process-table.ts';

const EVERY_MS = 1000;

/** @param running all commands that have not ended */
export function watchMemory(running: () => Iterable<Command>): void {
  setInterval(() => {
    const longEnough = Date.now() - EVERY_MS;
    const commands = new Map<number, Command>();
    for (const command of running()) {
      if (command.process && command.startedAt <= longEnough)
        commands.set(command.process.pid, command);
    }
    if (commands.size > 0) measure(commands);
  }, EVERY_MS).unref();
}

/** @param commands by the id of their session, which their processes share even when the shell gives them groups of their own */
function measure(commands: ReadonlyMap<number, Command>): void {
  const sums = new Map<Command, number>();
  for (const { session, memory } of readProcesses()) {
    const command = commands.get(session);
    if (command) sums.set(command, (sums.get(command) ?? 0) + memory);
  }
  for (const [command, sum] of sums) command.peakMemory = Math.max(command.peakMemory ?? 0, sum);
}
