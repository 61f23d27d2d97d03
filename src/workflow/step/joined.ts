/** All branches of a fork have finished: the token that forked goes on after all of it. */
import type { Facts, TokenEvent } from '../facts.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { goOnBeside } from './go-on.ts';
import type { Step } from './handler.ts';
import { nothingThere, standing } from './standing.ts';

export function joined(
  tree: Node,
  token: Token,
  _event: Extract<TokenEvent, { readonly type: 'joined' }>,
  facts: Facts,
): Step {
  return standing(tree, token, facts, (node, entry) => {
    if (entry.type !== 'fork') return nothingThere(node, 'Nothing has been forked');
    const message = 'All children are finished.';
    return goOnBeside(tree, node, token, facts, [{ type: 'log', level: 'INFO', message }]);
  });
}
