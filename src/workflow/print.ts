/**
 * Tree -> script, two spaces a level: reading it again gives the same tree. The root prints as its
 * children, any other node with the line it stands on.
 *
 * An option that a comment left empty prints as `#`, for an empty one would be read as none.
 */
import type { Node } from './node.ts';
import { walkNodes } from './walk-nodes.ts';

export function print(tree: Node): string {
  const above = depth(tree) + (tree.path === '' ? 1 : 0);
  let script = '';
  for (const node of walkNodes(tree)) {
    if (node.path === '') continue;
    const option = node.option === '' ? '#' : (node.option ?? '');
    script += `${'  '.repeat(depth(node) - above)}${node.type}: ${option}\n`;
  }
  return script;
}

function depth(node: Node): number {
  return node.path.split('/').length - 1;
}
