/** `kuroko terminate`: signals the running command only. */
import { conflict } from '../../errors.ts';
import { terminate } from '../../operations/terminate.ts';
import { executionsOf } from '../../store/executions.ts';
import { operateInstance } from '../operate-instance.ts';
import { printJson, printLine } from '../print.ts';
import type { Connection } from '../../store/database.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export function terminateVerb(
  outside: Outside,
  instanceId: number,
  options: Json & { readonly token?: number; readonly execution?: number },
): Promise<number> {
  return operateInstance(outside, instanceId, async (tx, wish, facts) => {
    const meant =
      options.token === undefined
        ? options.execution
        : await executionOf(tx, instanceId, options.token);
    const { executionId } = await terminate(
      tx,
      { ...wish, ...(meant === undefined ? {} : { executionId: meant }) },
      facts,
    );
    return () => {
      if (options.json) printJson({ instance_id: instanceId, execution_id: executionId });
      else printLine(`#${instanceId} execution ${executionId} is being terminated`);
    };
  });
}

async function executionOf(on: Connection, instanceId: number, tokenId: number): Promise<number> {
  const executions = await executionsOf(on, instanceId);
  const running = executions.find((row) => row.tokenId === tokenId && row.status === 'claimed');
  if (running === undefined) throw conflict(`Token ${tokenId} of #${instanceId} runs no command.`);
  return running.id;
}
