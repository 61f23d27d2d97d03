/** The node at a path of this tree, or null. A path names its node exactly: `/0-env/1-execute`. */
import type { Node } from './node.ts';

export function findNode(tree: Node, path: string): Node | null {
  return lineage(tree, path).at(-1) ?? null;
}

/** The nodes that lead to a path, from the tree itself to the node; none where it leads nowhere. */
export function lineage(tree: Node, path: string): readonly Node[] {
  const [start, ...steps] = path.split('/');
  if (start !== '') return [];
  const nodes = [tree];
  let node = tree;
  for (const step of steps) {
    const child = node.children[Number.parseInt(step, 10)];
    if (child?.path !== `${node.path}/${step}`) return [];
    nodes.push(child);
    node = child;
  }
  return nodes;
}
