/** `kuroko executions`: what runs now, and what waits for a worker. */
import { showCommand } from '../../operations/show.ts';
import { pendingCommands, type WaitsFor } from '../../store/pending-commands.ts';
import { runningCommands } from '../../store/running-commands.ts';
import { durationText, expectedEndText } from '../command-text.ts';
import { commandJson } from '../host-json.ts';
import { printJson, printNote, printTable } from '../print.ts';
import { withSession } from '../session.ts';
import { firstLine } from '../../workflow/first-line.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export function executionsVerb(
  outside: Outside,
  { json, limit }: Json & { readonly limit: number },
): Promise<number> {
  return withSession(outside, async ({ db, facts }) => {
    const [claimed, { total, commands }] = await Promise.all([
      runningCommands(db, 'all'),
      pendingCommands(db, { limit }),
    ]);
    const running = claimed.map((command) => showCommand(command, facts));
    const pending = commands.map((command) => showCommand(command, facts));
    if (json) {
      printJson({
        running: running.map(commandJson),
        pending_total: total,
        pending: pending.map(commandJson),
      });
      return 0;
    }
    if (running.length + total === 0) printNote('Nothing runs, and nothing waits.');
    else {
      printTable(
        ['EXECUTION', 'QUEUE', 'FOR', 'WHERE', 'EXPECTED END', 'INSTANCE', 'COMMAND'],
        [
          ...running.map((command) => [
            String(command.executionId),
            command.queue,
            durationText((Date.now() - command.since.getTime()) / 1_000),
            `${command.host} ${command.workerNumber}`,
            expectedEndText(command.expectedEnd),
            `#${command.instanceId} ${command.definitionName}`,
            firstLine(command.shell),
          ]),
          ...pending.map((command) => [
            String(command.executionId),
            command.queue,
            durationText(command.secondsWaited),
            waitsForTexts[command.waitsFor],
            '-',
            `#${command.instanceId} ${command.definitionName}`,
            firstLine(command.shell),
          ]),
        ],
      );
    }
    if (total > pending.length) printNote(`${pending.length} of ${total} that wait are shown.`);
    return 0;
  });
}

const waitsForTexts: Readonly<Record<WaitsFor, string>> = {
  free: 'waits for a free worker',
  resumed: 'waits: all workers of the queue are suspended or draining',
  any: 'waits: no worker serves the queue',
};
