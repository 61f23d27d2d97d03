/** The end of a token whose script cannot go on: an error of the script that only running it shows. */
import type { Effect } from '../effect.ts';
import type { Token } from '../token.ts';
import type { Stepped } from './handler.ts';

/** The token stays where it broke; whoever steps it cancels the rest of the instance. */
export function critical(token: Token, message: string, before: readonly Effect[] = []): Stepped {
  const line = `${token.path}: ${message}`;
  return {
    status: 'stepped',
    token: { ...token, status: 'critical' },
    effects: [
      ...before,
      { type: 'stop' },
      { type: 'log', level: 'ERROR', message: line },
      { type: 'notify', event: 'critical', message: line },
    ],
  };
}
