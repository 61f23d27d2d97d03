/** The time has come that a token asked to be woken at: its pause is over, or its limit. */
import type { Facts, TokenEvent } from '../facts.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { fail } from './fail.ts';
import { goOnAfter, goOnAt } from './go-on.ts';
import type { Step } from './handler.ts';
import { optionOf } from './source-of.ts';
import { nothingThere, standing } from './standing.ts';

type Woken = Extract<TokenEvent, { readonly type: 'woken' }>;

/** A waiting one has slept enough, or waited in vain. */
export function woken(tree: Node, token: Token, _event: Woken, facts: Facts): Step {
  return standing(tree, token, facts, (node, entry) => {
    if (entry.type === 'sleep') return goOnAfter(tree, node, token, facts, []);
    if (entry.type !== 'await') return nothingThere(node, 'Nothing sleeps');
    return fail(tree, node, token, `waiting jobs \`${optionOf(node)}\` timeout.`, facts);
  });
}

/** A working one has failed and paused before it tries again. */
export function pauseOver(tree: Node, token: Token, _event: Woken, facts: Facts): Step {
  return standing(tree, token, facts, (node) =>
    (token.context.failures ?? 0) === 0
      ? nothingThere(node, 'Nothing is to be tried again')
      : goOnAt(tree, node, token, facts, []),
  );
}
