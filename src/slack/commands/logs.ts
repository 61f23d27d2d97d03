/** `logs instance [--full]`: the tail; the full output as a file in the run's thread. */
import { notFound } from '../../errors.ts';
import { logsMessage } from '../../messages/logs-message.ts';
import { showExecutions } from '../../operations/show.ts';
import { executionsOf } from '../../store/executions.ts';
import { findInstance, type Instance } from '../../store/instances.ts';
import { logsOf } from '../../store/logs.ts';
import { readOutputTail } from '../../store/output.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';

const linesRead = 200;
const outputsRead = 3;
const tailBytes = 8_192;

export async function logs(shell: Shell, instanceId: number): Promise<Content> {
  const { db, facts } = shell;
  const instance = await instanceOf(shell, instanceId);
  const [lines, executions] = await Promise.all([
    logsOf(db, instanceId, { limit: linesRead }),
    executionsOf(db, instanceId),
  ]);
  const outputs = await Promise.all(
    showExecutions(instance, executions.slice(-outputsRead), facts).map(async (execution) => {
      const chunks = await readOutputTail(db, execution.id, tailBytes);
      return { execution, tail: Buffer.concat(chunks.map(({ bytes }) => bytes)).toString('utf8') };
    }),
  );
  return logsMessage({ instance, lines, outputs }, aboutNow(shell));
}

export async function instanceOf({ db }: Shell, instanceId: number): Promise<Instance> {
  const instance = await findInstance(db, instanceId);
  if (instance === null) throw notFound(`There is no run #${instanceId}.`);
  return instance;
}
