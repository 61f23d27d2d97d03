/** An operator ends the token where it stands; what it may be running, or has launched, is stopped. */
import type { Effect } from '../effect.ts';
import type { Facts, TokenEvent } from '../facts.ts';
import { findNode } from '../find-node.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { enter } from './enter.ts';
import type { Step } from './handler.ts';

export function cancel(
  tree: Node,
  token: Token,
  event: Extract<TokenEvent, { readonly type: 'cancel' }>,
  facts: Facts,
): Step {
  return {
    status: 'stepped',
    token: { ...token, status: 'canceled' },
    effects: [...stopping(tree, token, facts), ...saying(token, event.by)],
  };
}

function stopping(tree: Node, token: Token, facts: Facts): readonly Effect[] {
  if (token.status === 'working') return [{ type: 'stop' }];
  const node = token.status === 'waiting' ? findNode(tree, token.path) : null;
  const launched = node !== null && enter(node, token.context, facts).type === 'launch';
  return launched ? [{ type: 'cancel_child' }] : [];
}

/** Once for the instance: the root's token is there until the end. */
function saying({ context }: Token, by: string): readonly Effect[] {
  if (context.branch !== undefined) return [];
  const message = `This job was canceled by ${by}.`;
  return [
    { type: 'log', level: 'WARN', message },
    { type: 'notify', event: 'cancellation', message },
  ];
}
