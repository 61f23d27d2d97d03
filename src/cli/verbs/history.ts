/** `kuroko history`: what has been run, the last to end first. */
import { resolveDefinition } from '../../operations/resolve-definition.ts';
import { showCommand } from '../../operations/show.ts';
import { endedCommands, type EndedCommand } from '../../store/ended-commands.ts';
import { durationText, memoryText } from '../command-text.ts';
import { commandJson } from '../host-json.ts';
import { printJson, printNote, printTable } from '../print.ts';
import { timeText } from '../row-text.ts';
import { withSession } from '../session.ts';
import { firstLine } from '../../workflow/first-line.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export interface HistoryOptions extends Json {
  readonly limit: number;
  readonly since?: Date;
  readonly before?: number;
}

export function historyVerb(
  outside: Outside,
  job: string | undefined,
  { json, limit, since, before }: HistoryOptions,
): Promise<number> {
  return withSession(outside, async ({ db, facts }) => {
    const definition = job === undefined ? null : await resolveDefinition(db, job);
    const rows = await endedCommands(db, {
      limit,
      ...(definition === null ? {} : { definitionId: definition.id }),
      ...(since === undefined ? {} : { since }),
      ...(before === undefined ? {} : { before }),
    });
    const executions = rows.map((row) => showCommand(row, facts));
    if (json) printJson({ executions: executions.map(commandJson) });
    else if (executions.length === 0) printNote('Nothing was run.');
    else {
      printTable(
        ['EXECUTION', 'ENDED', 'RESULT', 'TOOK', 'MEMORY', 'HOST', 'INSTANCE', 'STEP', 'COMMAND'],
        executions.map((row) => [
          String(row.executionId),
          timeText(row.finishedAt),
          resultText(row),
          durationText(row.seconds),
          memoryText(row.peakMemory),
          row.host ?? '-',
          `#${row.instanceId} ${row.definitionName}`,
          row.path,
          firstLine(row.shell),
        ]),
      );
      const last = executions.at(-1);
      if (executions.length === limit && last !== undefined) {
        printNote(`Older ones: --before ${last.executionId}`);
      }
    }
    return 0;
  });
}

function resultText({ status, exitStatus, termSignal, timedOut }: EndedCommand): string {
  if (status !== 'finished') return status;
  return `${termSignal ?? `exit ${exitStatus ?? '?'}`}${timedOut ? ' (time limit)' : ''}`;
}
