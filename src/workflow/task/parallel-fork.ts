/** `parallel_fork: 3` runs that many copies of its children, each as a sequence. */
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { NewBranch, Task } from '../task.ts';
import { checkChildren } from './fork.ts';

export const parallelFork: Task = {
  word: 'parallel_fork',
  check: (node) => [...checkChildren(node), ...problemsOf(parseSize(node.option))],
  enter: (node) => {
    const size = parseSize(node.option);
    if (!size.ok) return { type: 'broken', message: size.problem.message };
    const [first] = node.children;
    if (first === undefined) {
      return { type: 'broken', message: `\`${node.type}\` must have children.` };
    }
    const branches = Array.from({ length: size.value }, (_, index): NewBranch => ({
      from: first.path,
      within: node.path,
      env: {
        KUROKO2_PARALLEL_FORK_SIZE: String(size.value),
        KUROKO2_PARALLEL_FORK_INDEX: String(index),
      },
    }));
    return { type: 'fork', branches };
  },
};

/** Far more than there are workers: a slip of the finger is not to fill the memory with tokens. */
const largestSize = 10_000;

/** How many copies: at least one. */
export function parseSize(option: string | null): Option<number> {
  const size = /^[0-9]+$/.test(option ?? '') ? Number(option) : 0;
  if (size > largestSize) {
    return refused(`\`parallel_fork\` can have a size of at most ${largestSize}.`);
  }
  if (size >= 1) return understood(size);
  return refused(
    '`parallel_fork` must have a size, a whole number of at least 1.',
    'Write how many copies to run: `parallel_fork: 3`.',
  );
}
