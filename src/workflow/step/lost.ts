/**
 * The command of a token is out of reach, its outcome unknown: it counts as failed, not as run. No
 * `retry` and no `auto_skip_error` goes on by itself from there: something of it may still run.
 */
import type { Facts, TokenEvent } from '../facts.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { failForPeople } from './fail.ts';
import type { Step } from './handler.ts';
import { nothingThere, standing } from './standing.ts';

export function lost(
  tree: Node,
  token: Token,
  event: Extract<TokenEvent, { readonly type: 'lost' }>,
  facts: Facts,
): Step {
  return standing(tree, token, facts, (node, entry) => {
    if (entry.type !== 'execute') return nothingThere(node, 'No command runs');
    const line = `[FAILURE] \`${entry.execution.shell}\` is lost: ${event.evidence}`;
    return failForPeople(token, line, facts);
  });
}
