/** A node as it stands in the script, for sentences that name it. */
import { firstLine } from '../first-line.ts';
import type { Node } from '../node.ts';

export function sourceOf(node: Node): string {
  return `${node.type}: ${optionOf(node)}`;
}

export function optionOf({ option }: Node): string {
  return firstLine(option ?? '');
}
