/** Writes log and output of an instance as they come, until it has ended or waits in ERROR. */
import { executionsOf } from '../store/executions.ts';
import { logsOf } from '../store/logs.ts';
import { readOutput } from '../store/output.ts';
import { followInstance } from './follow-instance.ts';
import { printLine, printOutput } from './print.ts';
import { logText, stateNames } from './row-text.ts';
import type { Database } from '../store/database.ts';

/** Exit 1 unless it ended in SUCCESS. */
export async function followLogs(db: Database, id: number): Promise<number> {
  let lastLine = 0;
  const offsets = new Map<number, number>();
  const { status } = await followInstance(db, id, async () => {
    // Output first: a command has written it before the engine says how the command ended.
    for (const execution of await executionsOf(db, id)) {
      const from = offsets.get(execution.id) ?? 0;
      if (execution.outputSize > from) {
        offsets.set(execution.id, await writeFrom(db, execution.id, from));
      }
    }
    for (const line of await logsOf(db, id, { after: lastLine })) {
      printLine(logText(line));
      lastLine = line.id;
    }
  });
  printLine(`#${id} ${stateNames[status]}`);
  return status === 'success' ? 0 : 1;
}

/** Returns the offset to go on from. What was forgotten in between is passed over. */
async function writeFrom(db: Database, executionId: number, from: number): Promise<number> {
  let next = from;
  for (const { start, bytes } of await readOutput(db, executionId, from)) {
    printOutput(bytes.subarray(Math.max(0, next - start)));
    next = start + bytes.length;
  }
  return next;
}
