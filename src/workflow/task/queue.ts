/** `queue: name` sets the queue of the executions that follow; empty is the default one. */
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';
import { defaultQueue } from './execute.ts';

export const queue: Task = {
  word: 'queue',
  check: (node) => problemsOf(parseQueue(node.option)),
  enter: (node, context) => {
    const option = parseQueue(node.option);
    if (!option.ok) return { type: 'broken', message: option.problem.message };
    return { type: 'pass', context: { ...context, queue: option.value } };
  },
};

/** The name of a queue. Whether anybody works on it is not known here. */
export function parseQueue(option: string | null): Option<string> {
  const name = option ?? '';
  if (name === '') return understood(defaultQueue);
  if (/^@?[\w-]{1,180}$/.test(name)) return understood(name);
  return refused(
    `Queue name must be match with /\\A@?[\\w-]{1,180}\\z/: ${name}`,
    'Use letters, digits, `_` and `-`, with one `@` in front if you like.',
  );
}
