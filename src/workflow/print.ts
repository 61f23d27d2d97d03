/**
 * Tree -> script, two spaces a level: reading it again gives the same tree. The root prints as its
 * children, any other node with the line it stands on.
 *
 * An option that a comment left empty prints as `#`, for an empty one would be read as none.
 */
import type { Node } from './node.ts';
import { readOption } from './parse.ts';
import { walkNodes } from './walk-nodes.ts';

export function print(tree: Node): string {
  const above = depth(tree) + (tree.path === '' ? 1 : 0);
  let script = '';
  for (const node of walkNodes(tree)) {
    if (node.path === '') continue;
    const indent = '  '.repeat(depth(node) - above);
    script += `${indent}${node.type}: ${optionOf(node, indent)}\n`;
  }
  return script;
}

function optionOf({ type, option }: Node, indent: string): string {
  if (option === null) return '';
  if (option === '') return '#';
  const lines = option.split('\n');
  // On one line a command would be cut where a `#` starts a word, and trimmed.
  const inline = lines.length === 1 && readOption(option) === option;
  if (type !== 'execute' || inline) return option;
  return ['|', ...lines.map((line) => (line === '' ? '' : `${indent}  ${line}`))].join('\n');
}

function depth(node: Node): number {
  return node.path.split('/').length;
}
