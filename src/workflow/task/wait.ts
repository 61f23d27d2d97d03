/** `wait: 100/daily 101/hourly timeout=2h` waits for instances of other definitions. */
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';
import { inMinutes } from './minutes.ts';

export const wait: Task = {
  word: 'wait',
  check: (node) => problemsOf(parseWait(node.option)),
  enter: null,
};

export interface Wait {
  readonly instances: readonly { readonly definitionId: number; readonly period: Period }[];
  /** Minutes. */
  readonly timeout: number;
}

export const periods = ['hourly', 'daily', 'weekly', 'monthly'] as const;
export type Period = (typeof periods)[number];

/** At least one `id/period`, between commas or white space; the last `timeout` counts. */
export function parseWait(option: string | null): Option<Wait> {
  const text = option ?? '';
  const instances: Wait['instances'][number][] = [];
  let timeout = 60;
  for (let at = 0; at < text.length;) {
    word.lastIndex = at;
    const [found, id, period, digits, unit] = word.exec(text) ?? [];
    if (found === undefined) return syntaxError(text);
    if (digits !== undefined) timeout = inMinutes(digits, unit);
    if (id !== undefined && isPeriod(period)) {
      if (!Number.isSafeInteger(Number(id))) {
        return refused(`Given Job Definition ID not found: ${id}`);
      }
      instances.push({ definitionId: Number(id), period });
    }
    at = word.lastIndex;
  }
  return instances.length === 0 ? syntaxError(text) : understood({ instances, timeout });
}

const word = /([0-9]+)\s*\/\s*(hourly|daily|weekly|monthly)|timeout=([0-9]+)([hm]?)|[\s,]+/y;

function isPeriod(text: string | undefined): text is Period {
  return periods.some((period) => period === text);
}

function syntaxError(text: string): Option<never> {
  return refused(
    `Syntax error option value of wait: ${text}`,
    'Write ids and periods: `wait: 100/daily 101/hourly timeout=2h`.',
  );
}
