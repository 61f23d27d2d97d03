/** `execute: command` runs a shell command line on the token's queue. */
import type { Node } from '../node.ts';
import type { Problem, Task } from '../task.ts';

export const execute: Task = {
  word: 'execute',
  check: checkCommand,
  enter: (node, context) => {
    const [problem] = checkCommand(node);
    if (node.option === null || problem !== undefined) {
      return { type: 'broken', message: problem?.message ?? '' };
    }
    return {
      type: 'execute',
      execution: {
        type: 'execute',
        shell: node.option,
        queue: context.queue ?? defaultQueue,
        env: context.env,
        chdir: null,
        timeoutSeconds: context.timeoutSeconds ?? null,
      },
    };
  },
};

/** The queue of an execution when the script names none. */
export const defaultQueue = '@default';

/** A command line is required, also of the tasks that are an `execute` of their own kind. */
export function checkCommand(node: Node): readonly Problem[] {
  if (/\S/.test(node.option ?? '')) return [];
  const message = `Option is required for ${node.type}`;
  return [{ message, suggestion: `Write what it runs after the colon: \`${node.type}: ...\`.` }];
}
