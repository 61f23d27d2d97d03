/** Every node of a tree in the order of the script, the tree itself first. */
import type { Node } from './node.ts';

export function* walkNodes(tree: Node): Generator<Node, void, undefined> {
  const ahead: Node[] = [tree];
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    yield node;
    for (const child of node.children.toReversed()) ahead.push(child);
  }
}
