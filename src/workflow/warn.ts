/** What keeps no script from being saved, and deserves a second look all the same. */
import { closestWord } from './closest-word.ts';
import { otherComment } from './cut-comment.ts';
import type { Node } from './node.ts';
import type { ScriptError } from './script-error.ts';
import { parseQueue } from './task/queue.ts';
import { walkNodes } from './walk-nodes.ts';

/** Of the script itself, in its order; `tree` is what was read of it. */
export function scriptWarnings(script: string, tree: Node): ScriptError[] {
  const lines = script.split('\n');
  return [...walkNodes(tree)].flatMap((node) => [
    ...otherComments(node, lines[node.line - 1] ?? ''),
    ...lonelyBar(node),
  ]);
}

/**
 * Queues that nobody serves, each where it is named first. Without a `queue` a script is left
 * alone: that the default one has no worker is news of another kind.
 */
export function queueWarnings(tree: Node, served: readonly string[]): ScriptError[] {
  const unserved = new Map<string, Node>();
  for (const node of walkNodes(tree)) {
    const queue = node.type === 'queue' ? parseQueue(node.option) : null;
    if (queue?.ok !== true || served.includes(queue.value) || unserved.has(queue.value)) continue;
    unserved.set(queue.value, node);
  }
  return [...unserved].map(([queue, { line, column }]) => {
    const meant = closestWord(queue, served);
    return {
      line,
      column,
      message: `No worker serves the queue ${queue}: its commands will wait.`,
      suggestion:
        meant === null
          ? `Start some: \`kuroko executor --queue ${queue}\`.`
          : `Did you mean \`${meant}\`?`,
    };
  });
}

/** The text itself is not repeated: it may be the end of a secret. */
function otherComments({ type, path, line, column }: Node, text: string): ScriptError[] {
  const begin = column + type.length;
  const at = path === '' ? null : otherComment(text.slice(begin));
  if (at === null) return [];
  return [
    {
      line,
      column: begin + at + 1,
      message: 'Kuroko2 took this `#` for the begin of a comment; here the text goes on.',
      suggestion: 'Put a space before it if it begins one; quoted it means the same in both.',
    },
  ];
}

function lonelyBar({ type, option, line, column }: Node): ScriptError[] {
  if (type !== 'execute' || option !== '|') return [];
  return [
    {
      line,
      column,
      message: 'No command stands below `execute: |`.',
      suggestion: 'Indent its lines deeper than this one.',
    },
  ];
}
