/** Where a token goes on after a node: its first child, else what follows it; null is the end. */
import { lineage } from './find-node.ts';
import type { Node } from './node.ts';

export function nextNode(tree: Node, node: Node): Node | null {
  return node.children[0] ?? nextSibling(tree, node);
}

/** The node after this one and all of its children: a sibling, or one of an ancestor. */
export function nextSibling(tree: Node, node: Node): Node | null {
  const ancestors = lineage(tree, node.path).slice(0, -1);
  let child = node;
  for (const ancestor of ancestors.toReversed()) {
    const sibling = ancestor.children[childIndex(child) + 1];
    if (sibling !== undefined) return sibling;
    child = ancestor;
  }
  return null;
}

/** A node's place among its siblings is the number in its path. */
function childIndex(node: Node): number {
  return Number.parseInt(node.path.slice(node.path.lastIndexOf('/') + 1), 10);
}
