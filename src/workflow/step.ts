/** What becomes of a token when something happens to it: the heart of Kuroko, table first. */
import type { Facts, TokenEvent } from './facts.ts';
import type { Node } from './node.ts';
import { awaited } from './step/awaited.ts';
import { cancel } from './step/cancel.ts';
import { childEnded } from './step/child-ended.ts';
import { exited } from './step/exited.ts';
import type { Handler, Step, Transitions } from './step/handler.ts';
import { illegal } from './step/illegal.ts';
import { joined } from './step/joined.ts';
import { lost } from './step/lost.ts';
import { maintained } from './step/maintained.ts';
import { retry } from './step/retry.ts';
import { skip } from './step/skip.ts';
import { start } from './step/start.ts';
import { pauseOver, woken } from './step/woken.ts';
import type { Token, TokenStatus } from './token.ts';

const ahead = ['working', 'waiting', 'finished', 'critical'] as const;
/** A step that fails may be tried again, or skipped, by itself. */
const anywhere = [...ahead, 'failure'] as const;

/**
 * Who handles which event in which status, and where it may lead. What is missing here is illegal
 * and changes nothing. A test holds `to` against what the handlers do, for diagrams are drawn of it.
 */
export const table: Readonly<Record<TokenStatus, Partial<Transitions>>> = {
  working: {
    start: { handle: start, to: ahead },
    exited: { handle: exited, to: anywhere },
    lost: { handle: lost, to: ['failure', 'critical'] },
    woken: { handle: pauseOver, to: ['working', 'waiting', 'critical'] },
    cancel: { handle: cancel, to: ['canceled'] },
  },
  waiting: {
    joined: { handle: joined, to: ahead },
    woken: { handle: woken, to: anywhere },
    awaited: { handle: awaited, to: anywhere },
    child_ended: { handle: childEnded, to: anywhere },
    maintained: { handle: maintained, to: anywhere },
    skip: { handle: skip, to: ahead },
    cancel: { handle: cancel, to: ['canceled'] },
  },
  failure: {
    retry: { handle: retry, to: ['working', 'waiting', 'critical'] },
    skip: { handle: skip, to: ahead },
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
  // Each handler takes the events of its own kind: the table's type says so, this line cannot.
  const handle = table[token.status][event.type]?.handle as Handler<TokenEvent> | undefined;
  return handle === undefined ? illegal(token, event) : handle(tree, token, event, facts);
}
