/** Every node of a tree in the order of the script, the tree itself first. */
import type { Node } from './node.ts';

export function walkNodes(tree: Node): readonly Node[] {
  const nodes: Node[] = [];
  const ahead = [tree];
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    nodes.push(node);
    // Most have none, and a script has thousands of them.
    if (node.children.length === 0) continue;
    for (const child of node.children.toReversed()) ahead.push(child);
  }
  return nodes;
}
