/** The instance that a `sub_process` launched has ended: a success goes on, anything else fails. */
import type { Facts, TokenEvent } from '../facts.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { fail } from './fail.ts';
import { goOnAfter } from './go-on.ts';
import type { Step } from './handler.ts';
import { nothingThere, standing } from './standing.ts';

export function childEnded(
  tree: Node,
  token: Token,
  { outcome, child }: Extract<TokenEvent, { readonly type: 'child_ended' }>,
  facts: Facts,
): Step {
  return standing(tree, token, facts, (node, entry) => {
    if (entry.type !== 'launch') return nothingThere(node, 'Nothing has been launched');
    switch (outcome) {
      case 'success': {
        const message = `Sub process ${child} is finished.`;
        return goOnAfter(tree, node, token, facts, [{ type: 'log', level: 'INFO', message }]);
      }
      case 'canceled':
        return fail(tree, node, token, `Sub process ${child} is canceled.`, facts);
      case 'refused':
        return fail(tree, node, token, `Sub process cannot be launched: ${child}`, facts);
    }
  });
}
