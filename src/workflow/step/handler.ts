/** The shape of what handles one kind of event, and of what comes out. */
import type { Effect } from '../effect.ts';
import type { Facts, TokenEvent } from '../facts.ts';
import type { Node } from '../node.ts';
import type { Token, TokenStatus } from '../token.ts';

export type Handler<Event extends TokenEvent> = (
  tree: Node,
  token: Token,
  event: Event,
  facts: Facts,
) => Step;

/** One for each kind of event: who handles it, and the statuses that it may lead to. */
export type Transitions = {
  readonly [Type in TokenEvent['type']]: {
    readonly handle: Handler<Extract<TokenEvent, { readonly type: Type }>>;
    readonly to: readonly TokenStatus[];
  };
};

export type Step = Stepped | Illegal;

export interface Stepped {
  readonly status: 'stepped';
  readonly token: Token;
  /** In the order in which they came about. */
  readonly effects: readonly Effect[];
}

export interface Illegal {
  readonly status: 'illegal';
  /** A sentence for people. */
  readonly reason: string;
}
