/** A new token begins its way: the script, or its branch of a fork. */
import type { Facts, TokenEvent } from '../facts.ts';
import { findNode } from '../find-node.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { goOnAt } from './go-on.ts';
import type { Step } from './handler.ts';
import { criticalPath } from './standing.ts';

/** Once: wherever it stands later, a second start would run the same command twice. */
export function start(
  tree: Node,
  token: Token,
  _event: Extract<TokenEvent, { readonly type: 'start' }>,
  facts: Facts,
): Step {
  if (token.path !== '') return { status: 'illegal', reason: 'A step is started only once.' };
  const node = findNode(tree, token.context.branch?.from ?? '');
  return node === null ? criticalPath(token) : goOnAt(tree, node, token, facts, []);
}
