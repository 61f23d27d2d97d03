/** `parallel_fork: 3` runs that many copies of its children, each as a sequence. */
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';
import { checkChildren } from './fork.ts';

export const parallelFork: Task = {
  word: 'parallel_fork',
  check: (node) => [...checkChildren(node), ...problemsOf(parseSize(node.option))],
  enter: null,
};

/** How many copies: at least one. */
export function parseSize(option: string | null): Option<number> {
  const size = /^[0-9]+$/.test(option ?? '') ? Number(option) : 0;
  if (size >= 1) return understood(size);
  return refused(
    '`parallel_fork` must have a size, a whole number of at least 1.',
    'Write how many copies to run: `parallel_fork: 3`.',
  );
}
