/** `wait: 100/daily 101/hourly timeout=2h` waits for instances of other definitions. */
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';
import { inMinutes } from './minutes.ts';

export const wait: Task = {
  word: 'wait',
  check: (node) => problemsOf(parseWait(node.option)),
  enter: (node) => {
    const option = parseWait(node.option);
    if (!option.ok) return { type: 'broken', message: option.problem.message };
    return { type: 'await', wait: option.value };
  },
};

export interface Wait {
  readonly instances: readonly { readonly definitionId: number; readonly period: Period }[];
  /** Minutes. */
  readonly timeout: number;
  /** `launch`: only instances count that are younger than this definition's instance before. */
  readonly after?: 'launch';
  /** `fail`: an instance in ERROR or CANCEL is an end, too; else it is waited for a good one. */
  readonly onFailure?: 'fail';
}

export const periods = ['hourly', 'daily', 'weekly', 'monthly'] as const;
export type Period = (typeof periods)[number];

/** At least one `id/period`, between commas or white space; the last `timeout` counts. */
export function parseWait(option: string | null): Option<Wait> {
  const text = option ?? '';
  const instances: Wait['instances'][number][] = [];
  let timeout = 60;
  const wishes: { after?: 'launch'; onFailure?: 'fail' } = {};
  for (let at = 0; at < text.length;) {
    word.lastIndex = at;
    const [found, id, named, digits, unit] = word.exec(text) ?? [];
    if (found === undefined) return syntaxError(text);
    if (digits !== undefined) timeout = inMinutes(digits, unit);
    if (found === 'after=launch') wishes.after = 'launch';
    if (found === 'on_failure=fail') wishes.onFailure = 'fail';
    const period = periods.find((known) => known === named);
    if (period !== undefined) {
      if (!Number.isSafeInteger(Number(id))) {
        return refused(`Given Job Definition ID not found: ${id}`);
      }
      instances.push({ definitionId: Number(id), period });
    }
    at = word.lastIndex;
  }
  return instances.length === 0 ? syntaxError(text) : understood({ instances, timeout, ...wishes });
}

const word =
  /([0-9]+)\s*\/\s*(hourly|daily|weekly|monthly)|timeout=([0-9]+)([hm]?)|after=launch|on_failure=fail|[\s,]/y;

function syntaxError(text: string): Option<never> {
  return refused(
    `Syntax error option value of wait: ${text}`,
    'Write ids and periods: `wait: 100/daily 101/hourly timeout=2h`.',
  );
}
