/** `fork` runs each of its children in a token of its own, and goes on when all have finished. */
import type { Node } from '../node.ts';
import type { Problem, Task } from '../task.ts';

export const fork: Task = {
  word: 'fork',
  check: checkChildren,
  enter: (node) => {
    const [problem] = checkChildren(node);
    if (problem !== undefined) return { type: 'broken', message: problem.message };
    const branches = node.children.map(({ path }) => ({ from: path, within: path, env: {} }));
    return { type: 'fork', branches };
  },
};

/** Something to run in parallel is required. */
export function checkChildren(node: Node): readonly Problem[] {
  if (node.children.length > 0) return [];
  return [
    {
      message: `\`${node.type}\` must have children.`,
      suggestion: `Indent the tasks to run in parallel below \`${node.type}:\`.`,
    },
  ];
}
