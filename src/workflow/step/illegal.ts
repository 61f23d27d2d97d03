/** The answer to an event that has no place in the token's status: a sentence for people. */
import type { TokenEvent } from '../facts.ts';
import type { Token, TokenStatus } from '../token.ts';
import type { Illegal } from './handler.ts';

export function illegal(token: Token, event: TokenEvent): Illegal {
  return {
    status: 'illegal',
    reason: `A ${adjective[token.status]} step cannot ${verb[event.type]}.`,
  };
}

const adjective: Readonly<Record<TokenStatus, string>> = {
  working: 'working',
  waiting: 'waiting',
  failure: 'failed',
  finished: 'finished',
  critical: 'critical',
  canceled: 'cancelled',
};

const verb: Readonly<Record<TokenEvent['type'], string>> = {
  start: 'be started',
  exited: 'have a command that ends',
  lost: 'have a command that is lost',
  joined: 'have branches that finish',
  woken: 'be woken',
  awaited: 'be waited for',
  child_ended: 'have an instance that ends',
  maintained: 'have a maintenance that ends',
  retry: 'be retried',
  skip: 'be skipped',
  cancel: 'be cancelled',
};
