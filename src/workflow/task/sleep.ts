/** `sleep: 60` holds the token for that many seconds, and no worker. */
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';

export const sleep: Task = {
  word: 'sleep',
  check: (node) => problemsOf(parseSeconds(node.option)),
  enter: null,
};

/** Whole seconds. */
export function parseSeconds(option: string | null): Option<number> {
  if (/^[0-9]+$/.test(option ?? '')) return understood(Number(option));
  return refused('A value of sleep should be a number.', 'Write whole seconds: `sleep: 60`.');
}
