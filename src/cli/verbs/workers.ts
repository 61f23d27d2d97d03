/** `kuroko workers`: every host with its workers, and what each of them does. */
import { workerState } from '../../messages/worker-state.ts';
import { showExecutor } from '../../operations/show.ts';
import { listWorkers } from '../../store/worker-list.ts';
import { expectedEndText } from '../command-text.ts';
import { executorJson } from '../host-json.ts';
import { printJson, printNote, printTable } from '../print.ts';
import { timeText } from '../row-text.ts';
import { withSession } from '../session.ts';
import { firstLine } from '../../workflow/first-line.ts';
import type { ShownExecutor } from '../../store/shown.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export function workersVerb(
  outside: Outside,
  { json, limit }: Json & { readonly limit: number },
): Promise<number> {
  return withSession(outside, async ({ db, facts }) => {
    const { total, executors: listed } = await listWorkers(db, { limit });
    const executors = listed.map((executor) => showExecutor(executor, facts));
    if (json) {
      printJson({ total, executors: executors.map(executorJson) });
      return 0;
    }
    if (total === 0) printNote('No executor is there: nothing runs commands.');
    else {
      printTable(
        ['HOST', 'QUEUE', 'WORKER', 'STATE', 'SINCE', 'EXPECTED END', 'INSTANCE', 'COMMAND'],
        executors.flatMap(rowsOf),
      );
    }
    if (total > executors.length) printNote(`${executors.length} of ${total} executors are shown.`);
    return 0;
  });
}

function rowsOf(executor: ShownExecutor): string[][] {
  return executor.workers.map((worker) => {
    const { activity, hindrance } = workerState(executor, worker);
    const { running } = worker;
    return [
      executor.host,
      executor.queue,
      String(worker.number),
      activity === 'free' ? (hindrance ?? 'free') : [activity, hindrance ?? []].flat().join(', '),
      ...(running === null
        ? ['', '', '', '']
        : [
            timeText(running.since),
            expectedEndText(running.expectedEnd),
            `#${running.instanceId} ${running.definitionName}`,
            firstLine(running.shell),
          ]),
    ];
  });
}
