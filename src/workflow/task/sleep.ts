/** `sleep: 60` holds the token for that many seconds, and no worker. */
import { longestSeconds } from '../longest.ts';
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';

export const sleep: Task = {
  word: 'sleep',
  check: (node) => problemsOf(parseSeconds(node.option)),
  enter: (node, context) => {
    const option = parseSeconds(node.option);
    if (!option.ok) return { type: 'broken', message: option.problem.message };
    if (option.value === 0) return { type: 'pass', context };
    return { type: 'sleep', seconds: Math.min(option.value, longestSeconds) };
  },
};

/** Whole seconds. */
export function parseSeconds(option: string | null): Option<number> {
  if (/^[0-9]+$/.test(option ?? '')) return understood(Number(option));
  return refused('A value of sleep should be a number.', 'Write whole seconds: `sleep: 60`.');
}
