/** `echo: text` writes the text into the log of the instance. */
import type { Task } from '../task.ts';

export const echo: Task = {
  word: 'echo',
  check: () => [],
  enter: (node, context) => ({
    type: 'pass',
    context,
    log: { level: 'INFO', message: node.option ?? '' },
  }),
};
