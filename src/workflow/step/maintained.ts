/** A maintenance that the token waited for is over. */
import type { Facts, TokenEvent } from '../facts.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { fail } from './fail.ts';
import { goOnAfter } from './go-on.ts';
import type { Step } from './handler.ts';
import { nothingThere, standing } from './standing.ts';

export function maintained(
  tree: Node,
  token: Token,
  { done, report }: Extract<TokenEvent, { readonly type: 'maintained' }>,
  facts: Facts,
): Step {
  return standing(tree, token, facts, (node, entry) => {
    if (entry.type !== 'maintain') return nothingThere(node, 'No maintenance is under way');
    if (!done) return fail(tree, node, token, report, facts);
    return goOnAfter(tree, node, token, facts, [{ type: 'log', level: 'INFO', message: report }]);
  });
}
