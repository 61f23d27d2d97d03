/** An operator has the failed step tried again: the same node, entered anew. */
import type { Facts, TokenEvent } from '../facts.ts';
import { findNode } from '../find-node.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { goOnAt, uncounted } from './go-on.ts';
import type { Step } from './handler.ts';
import { criticalPath } from './standing.ts';

export function retry(
  tree: Node,
  token: Token,
  event: Extract<TokenEvent, { readonly type: 'retry' }>,
  facts: Facts,
): Step {
  const node = findNode(tree, token.path);
  if (node === null) return criticalPath(token);
  const message = `Retry by ${event.by}.`;
  return goOnAt(tree, node, uncounted(token), facts, [
    { type: 'log', level: 'INFO', message },
    { type: 'notify', event: 'retrying', message },
  ]);
}
