/** `kuroko why`: what became of a minute. */
import { askWhy } from '../../operations/ask-why.ts';
import { resolveDefinition } from '../../operations/resolve-definition.ts';
import { localText } from '../moment-text.ts';
import { printJson, printLine } from '../print.ts';
import { snakeCased } from '../row-json.ts';
import { withSession } from '../session.ts';
import { whyText } from '../why-text.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export function whyVerb(
  outside: Outside,
  job: string,
  time: string,
  { json }: Json,
): Promise<number> {
  return withSession(outside, async ({ db, facts }) => {
    const { id, name } = await resolveDefinition(db, job);
    const { moments, answers } = await askWhy(db, id, time, facts);
    if (json) {
      printJson({
        id,
        name,
        moments: moments.map(snakeCased),
        answers: answers.map(({ cron, timeZone, outcome }) => ({
          cron,
          time_zone: timeZone,
          ...snakeCased(outcome),
        })),
      });
      return 0;
    }
    for (const { text, timeZone } of moments) {
      printLine(`${id} ${name} at ${localText(text)} (${timeZone})`);
    }
    if (answers.length === 0) printLine('It has no schedule: it is launched by hand only.');
    for (const { cron, outcome } of answers) printLine(`${cron}: ${whyText(outcome)}`);
    return 0;
  });
}
