/** `kuroko logs`: what the engine did, and what the commands wrote. */
import { CommanderError } from 'commander';
import { notFound } from '../../errors.ts';
import { executionsOf, type Execution } from '../../store/executions.ts';
import { findInstance } from '../../store/instances.ts';
import { logsOf } from '../../store/logs.ts';
import { joinOutput, readOutput, readOutputTail } from '../../store/output.ts';
import { followLogs } from '../follow-logs.ts';
import { printJson, printLine, printNote, printOutput } from '../print.ts';
import { logText } from '../row-text.ts';
import { withSession } from '../session.ts';
import type { Database } from '../../store/database.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

const tailBytes = 8_192;
const lineEnd = 0x0a;

export function logsVerb(
  outside: Outside,
  id: number,
  options: Json & { readonly full?: true; readonly follow?: true },
): Promise<number> {
  if (options.json && options.follow) {
    printNote('--json is one document: it cannot be followed.');
    throw new CommanderError(2, 'kuroko.logs', 'not together');
  }
  return withSession(outside, async ({ db }) => {
    if ((await findInstance(db, id)) === null) throw notFound(`There is no instance #${id}.`);
    if (options.follow) return followLogs(db, id);
    const [logs, executions] = await Promise.all([logsOf(db, id), executionsOf(db, id)]);
    const outputs: { execution: Execution; bytes: Buffer }[] = [];
    for (const execution of executions) {
      const bytes = await outputOf(db, execution, options.full === true);
      if (bytes.length > 0) outputs.push({ execution, bytes });
    }
    if (options.json) {
      printJson({
        instance_id: id,
        logs: logs.map(({ at, level, message }) => ({ at, level, message })),
        outputs: outputs.map(({ execution, bytes }) => ({
          execution_id: execution.id,
          path: execution.path,
          size: execution.outputSize,
          text: bytes.toString('utf8'),
        })),
      });
      return 0;
    }
    for (const line of logs) printLine(logText(line));
    for (const { execution, bytes } of outputs) printTail(execution, bytes);
    return 0;
  });
}

async function outputOf(db: Database, { id }: Execution, full: boolean): Promise<Buffer> {
  if (full) return joinOutput(await readOutput(db, id));
  const chunks = await readOutputTail(db, id, tailBytes);
  return joinOutput(chunks, chunks[0]?.start).subarray(-tailBytes);
}

function printTail({ path, outputSize }: Execution, bytes: Buffer): void {
  const cut = bytes.length < outputSize ? `, ${bytes.length} of them` : '';
  printLine(`\n--- output of ${path} (${outputSize} bytes${cut})`);
  printOutput(bytes);
  if (bytes.at(-1) !== lineEnd) printLine();
}
