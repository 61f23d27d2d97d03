/** `kuroko suspend` and `kuroko resume`: whether the schedules of a job launch anything. */
import { inTransaction } from '../../operations/in-transaction.ts';
import { resolveDefinition } from '../../operations/resolve-definition.ts';
import { shownSchedules } from '../../operations/shown-schedules.ts';
import { resumeDefinition, suspendDefinition } from '../../operations/suspend-definition.ts';
import { printJson, printLine } from '../print.ts';
import { timeText } from '../row-text.ts';
import { withSession } from '../session.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export function suspensionVerb(
  outside: Outside,
  verb: 'suspend' | 'resume',
  job: string,
  { json }: Json,
): Promise<number> {
  return withSession(outside, async ({ db, facts, actor }) => {
    const { id } = await resolveDefinition(db, job);
    const work = verb === 'suspend' ? suspendDefinition : resumeDefinition;
    const wish = { definitionId: id, version: null, actor };
    const { definition, already } = await inTransaction(db, (tx) => work(tx, wish, facts));
    const { nextAt } = await shownSchedules(db, id, facts);
    const { name, suspended } = definition;
    if (json) printJson({ id, name, suspended, already, next_run: nextAt });
    else {
      const next = nextAt === null ? '' : `; next run ${timeText(nextAt)}`;
      const state = suspended ? 'is suspended: launched by hand only' : `is not suspended${next}`;
      printLine(`${id} ${name} ${state}${already ? ' (it was so already)' : ''}`);
    }
    return 0;
  });
}
