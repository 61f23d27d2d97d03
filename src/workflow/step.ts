/** What becomes of a token when something happens to it: the heart of Kuroko, table first. */
import type { Facts, TokenEvent } from './facts.ts';
import type { Node } from './node.ts';
import { cancel } from './step/cancel.ts';
import { exited } from './step/exited.ts';
import type { Step, Transitions } from './step/handler.ts';
import { illegal } from './step/illegal.ts';
import { lost } from './step/lost.ts';
import { retry } from './step/retry.ts';
import { skip } from './step/skip.ts';
import { start } from './step/start.ts';
import type { Token, TokenStatus } from './token.ts';

/**
 * Who handles which event in which status, and where it may lead. What is missing here is illegal
 * and changes nothing. A test holds `to` against what the handlers do, for diagrams are drawn of it.
 */
export const table: Readonly<Record<TokenStatus, Partial<Transitions>>> = {
  working: {
    start: { handle: start, to: ['working', 'finished', 'critical'] },
    exited: { handle: exited, to: ['working', 'failure', 'finished', 'critical'] },
    lost: { handle: lost, to: ['failure', 'critical'] },
    cancel: { handle: cancel, to: ['canceled'] },
  },
  waiting: {
    skip: { handle: skip, to: ['working', 'finished', 'critical'] },
    cancel: { handle: cancel, to: ['canceled'] },
  },
  failure: {
    retry: { handle: retry, to: ['working', 'critical'] },
    skip: { handle: skip, to: ['working', 'finished', 'critical'] },
    cancel: { handle: cancel, to: ['canceled'] },
  },
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
  const transitions = table[token.status];
  switch (event.type) {
    case 'start':
      return transitions.start?.handle(tree, token, event, facts) ?? illegal(token, event);
    case 'exited':
      return transitions.exited?.handle(tree, token, event, facts) ?? illegal(token, event);
    case 'lost':
      return transitions.lost?.handle(tree, token, event, facts) ?? illegal(token, event);
    case 'retry':
      return transitions.retry?.handle(tree, token, event, facts) ?? illegal(token, event);
    case 'skip':
      return transitions.skip?.handle(tree, token, event, facts) ?? illegal(token, event);
    case 'cancel':
      return transitions.cancel?.handle(tree, token, event, facts) ?? illegal(token, event);
  }
}
