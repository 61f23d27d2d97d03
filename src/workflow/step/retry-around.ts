/** The innermost `retry` that a node stands below, through the borders of forks as well, or null. */
import { lineage } from '../find-node.ts';
import type { Node } from '../node.ts';
import { parseRetry, type Retry } from '../task/retry.ts';

export function retryAround(tree: Node, node: Node): Retry | null {
  // The node is none itself: a token passes those at once.
  const innermost = lineage(tree, node.path).findLast(({ type }) => type === 'retry');
  if (innermost === undefined) return null;
  const option = parseRetry(innermost.option);
  // One that cannot be read has made the token critical where it came to it.
  return option.ok ? option.value : null;
}
