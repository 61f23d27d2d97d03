/** The instances that a `wait` waits for have finished, or one of them never will. */
import type { Facts, TokenEvent } from '../facts.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { fail } from './fail.ts';
import { goOnAfter } from './go-on.ts';
import type { Step } from './handler.ts';
import { nothingThere, standing } from './standing.ts';

export function awaited(
  tree: Node,
  token: Token,
  { failed }: Extract<TokenEvent, { readonly type: 'awaited' }>,
  facts: Facts,
): Step {
  return standing(tree, token, facts, (node, entry) => {
    if (entry.type !== 'await') return nothingThere(node, 'Nothing is waited for');
    if (failed !== null) return fail(tree, node, token, failed, facts);
    const message = 'All waiting jobs are finished.';
    return goOnAfter(tree, node, token, facts, [{ type: 'log', level: 'INFO', message }]);
  });
}
