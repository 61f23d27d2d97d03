/** `retry: count=3 sleep_time=10` tries a failing step below it again. */
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';

export const retry: Task = {
  word: 'retry',
  check: (node) => problemsOf(parseRetry(node.option)),
  enter: null,
};

export interface Retry {
  readonly count: number;
  /** Seconds before each further attempt. */
  readonly sleepTime: number;
}

/** In any order, between commas or white space; what is said twice counts as said last. */
export function parseRetry(option: string | null): Option<Retry> {
  const text = option ?? '';
  let count: number | null = null;
  let sleepTime = 0;
  for (let at = 0; at < text.length;) {
    word.lastIndex = at;
    const [found, name, digits] = word.exec(text) ?? [];
    if (found === undefined) return syntaxError(text);
    if (name === 'count') count = Number(digits);
    if (name === 'sleep_time') sleepTime = Number(digits);
    at = word.lastIndex;
  }
  if (count !== null) return understood({ count, sleepTime });
  return syntaxError(option === null ? '' : `${text} [count option is required]`);
}

const word = /(count|sleep_time)=([0-9]+)|[\s,]+/y;

function syntaxError(text: string): Option<never> {
  return refused(
    `Syntax error option value of retry: ${text}`,
    'Write how often, and the seconds between: `retry: count=3 sleep_time=10`.',
  );
}
