/** What keeps a tree from being saved: words and options that are wrong. */
import { closestWord } from './closest-word.ts';
import type { Known } from './known.ts';
import type { Node } from './node.ts';
import { unreadable } from './parse.ts';
import type { ScriptError } from './script-error.ts';
import type { Problem } from './task.ts';
import { taskOf, taskWords } from './tasks.ts';
import { walkNodes } from './walk-nodes.ts';

/**
 * Everything that is wrong with the words and options of a tree, in the order of the script.
 * Looks at every node by itself and needs no database: whether the definitions and queues that a
 * script names exist is checked where it is saved.
 */
export function validate(tree: Node, known: Known): ScriptError[] {
  const errors: ScriptError[] = [];
  for (const node of walkNodes(tree)) {
    if (node.type === unreadable) continue;
    const task = taskOf(node.type, known.customTasks);
    const problems = task === null ? [unknownWord(node.type, known)] : task.check(node, known);
    for (const problem of problems) {
      errors.push({ line: node.line, column: node.column, ...problem });
    }
  }
  return errors;
}

function unknownWord(word: string, known: Known): Problem {
  const meant = closestWord(word, [...taskWords, ...known.customTasks]);
  return {
    message: `\`${word}\` is not registered in task repository.`,
    suggestion: meant === null ? null : `Did you mean \`${meant}\`?`,
  };
}
