/** An operator ends the token where it stands; what it may be running is stopped. */
import type { Effect } from '../effect.ts';
import type { TokenEvent } from '../facts.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import type { Step } from './handler.ts';

export function cancel(
  _tree: Node,
  token: Token,
  event: Extract<TokenEvent, { readonly type: 'cancel' }>,
): Step {
  const { path, attempt, context } = token;
  const message = `This job was canceled by ${event.by}.`;
  const stop: readonly Effect[] = token.status === 'working' ? [{ type: 'stop' }] : [];
  return {
    status: 'stepped',
    token: { path, status: 'canceled', attempt, context },
    effects: [
      ...stop,
      { type: 'log', level: 'WARN', message },
      { type: 'notify', event: 'cancellation', message },
    ],
  };
}
