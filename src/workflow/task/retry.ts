/** `retry: count=3 sleep_time=10` tries a failing step below it again. */
import { longestSeconds } from '../longest.ts';
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';

export const retry: Task = {
  word: 'retry',
  check: (node) => problemsOf(parseRetry(node.option)),
  enter: (node, context) => {
    const option = parseRetry(node.option);
    if (!option.ok) return { type: 'broken', message: option.problem.message };
    return { type: 'pass', context };
  },
};

export interface Retry {
  readonly count: number;
  /** Seconds before a further attempt. */
  readonly sleepTime: number;
  /** The seconds double from one attempt to the next. */
  readonly backoff?: 'exponential';
  /** What they never exceed. */
  readonly maxSleep?: number;
}

/** In any order, between commas or white space; what is said twice counts as said last. */
export function parseRetry(option: string | null): Option<Retry> {
  const text = option ?? '';
  let count: number | null = null;
  let sleepTime = 0;
  const wishes: { backoff?: 'exponential'; maxSleep?: number } = {};
  for (let at = 0; at < text.length;) {
    word.lastIndex = at;
    const [found, name, digits] = word.exec(text) ?? [];
    if (found === undefined) return syntaxError(text);
    if (name === 'count') count = Number(digits);
    if (name === 'sleep_time') sleepTime = Number(digits);
    if (name === 'max_sleep') wishes.maxSleep = Number(digits);
    if (found === 'backoff=exponential') wishes.backoff = 'exponential';
    at = word.lastIndex;
  }
  if (count !== null) return understood({ count, sleepTime, ...wishes });
  return syntaxError(option === null ? '' : `${text} [count option is required]`);
}

/** Seconds to wait after that many failures, at least one. */
export function pauseAfter(failures: number, { sleepTime, backoff, maxSleep }: Retry): number {
  const doublings = backoff === 'exponential' ? Math.min(failures - 1, 32) : 0;
  const seconds = sleepTime * 2 ** doublings;
  return Math.min(seconds, maxSleep ?? longestSeconds, longestSeconds);
}

const word = /(count|sleep_time|max_sleep)=([0-9]+)|backoff=exponential|[\s,]/y;

function syntaxError(text: string): Option<never> {
  return refused(
    `Syntax error option value of retry: ${text}`,
    'Write how often, and the seconds between: `retry: count=3 sleep_time=10`.',
  );
}
