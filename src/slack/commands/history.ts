/** `history [job]`: commands that have ended, the last first. */
import { historyMessage, historyPageSize } from '../../messages/history-message.ts';
import { showCommand } from '../../operations/show.ts';
import { endedCommands } from '../../store/ended-commands.ts';
import { findJob } from '../find-job.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';

/** `job` is what was typed, the id of a button as a number, null for all; `before` an execution. */
export async function history(
  shell: Shell,
  job: string | number | null,
  before: number | null = null,
): Promise<Content> {
  const { db, facts } = shell;
  const found = job === null ? null : await findJob(db, 'history', job);
  if (found?.status === 'ambiguous') return found.question;
  const definition = found?.definition ?? null;
  const rows = await endedCommands(db, {
    ...(definition !== null && { definitionId: definition.id }),
    ...(before !== null && { before }),
    // One more tells that there is another page.
    limit: historyPageSize + 1,
  });
  return historyMessage(
    {
      definition,
      commands: rows.slice(0, historyPageSize).map((command) => showCommand(command, facts)),
      newest: before === null,
      more: rows.length > historyPageSize,
    },
    aboutNow(shell),
  );
}
