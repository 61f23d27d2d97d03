/** What becomes of a token when something happens to it: the heart of Kuroko, table first. */
import type { Facts, TokenEvent } from './facts.ts';
import type { Node } from './node.ts';
import { cancel } from './step/cancel.ts';
import { exited } from './step/exited.ts';
import type { Handlers, Step } from './step/handler.ts';
import { illegal } from './step/illegal.ts';
import { lost } from './step/lost.ts';
import { retry } from './step/retry.ts';
import { skip } from './step/skip.ts';
import { start } from './step/start.ts';
import type { Token, TokenStatus } from './token.ts';

/** Who handles which event in which status. What is missing here is illegal and changes nothing. */
export const table: Readonly<Record<TokenStatus, Partial<Handlers>>> = {
  working: { start, exited, lost, cancel },
  waiting: { skip, cancel },
  failure: { retry, skip, cancel },
  finished: {},
  critical: {},
  canceled: {},
};

/**
 * The token after the event and the effects that the caller writes in the same transaction, or why
 * the event has no place here. `tree` is of the instance's own copy of the script. Never throws,
 * never reads: whatever it needs to know is in the event, the token and the facts.
 */
export function step(tree: Node, token: Token, event: TokenEvent, facts: Facts): Step {
  const handlers = table[token.status];
  switch (event.type) {
    case 'start':
      return handlers.start?.(tree, token, event, facts) ?? illegal(token, event);
    case 'exited':
      return handlers.exited?.(tree, token, event, facts) ?? illegal(token, event);
    case 'lost':
      return handlers.lost?.(tree, token, event, facts) ?? illegal(token, event);
    case 'retry':
      return handlers.retry?.(tree, token, event, facts) ?? illegal(token, event);
    case 'skip':
      return handlers.skip?.(tree, token, event, facts) ?? illegal(token, event);
    case 'cancel':
      return handlers.cancel?.(tree, token, event, facts) ?? illegal(token, event);
  }
}
