/** `executions`: what waits for a worker and what runs, now. */
import { executionsMessage, executionsPageSize } from '../../messages/executions-message.ts';
import { showCommand } from '../../operations/show.ts';
import { pendingCommands } from '../../store/pending-commands.ts';
import { runningCommands } from '../../store/running-commands.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';

/** `page` counts from 1; in place of one that is not there any more comes the first. */
export async function executions(shell: Shell, page = 1): Promise<Content> {
  const { db, facts } = shell;
  const offset = (page - 1) * executionsPageSize;
  const [pending, running] = await Promise.all([
    pendingCommands(db, { limit: executionsPageSize, offset }),
    // No more than there are workers.
    runningCommands(db, 'all'),
  ]);
  if (page > 1 && offset >= pending.total + running.length) return executions(shell);
  const waitingCommands = pending.commands.map((command) => showCommand(command, facts));
  const before = Math.max(0, offset - pending.total);
  const room = executionsPageSize - waitingCommands.length;
  return executionsMessage(
    {
      page,
      waiting: pending.total,
      running: running.length,
      waitingCommands,
      runningCommands: running
        .slice(before, before + room)
        .map((command) => showCommand(command, facts)),
    },
    aboutNow(shell),
  );
}
