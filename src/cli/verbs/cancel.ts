/** `kuroko cancel`: stops every step of an instance. */
import { cancel } from '../../operations/cancel.ts';
import { operateInstance } from '../operate-instance.ts';
import { printJson, printLine } from '../print.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export function cancelVerb(outside: Outside, instanceId: number, { json }: Json): Promise<number> {
  return operateInstance(outside, instanceId, async (tx, wish, facts) => {
    await cancel(tx, wish, facts);
    return () => {
      if (json) printJson({ instance_id: instanceId });
      else printLine(`#${instanceId} cancelled`);
    };
  });
}
