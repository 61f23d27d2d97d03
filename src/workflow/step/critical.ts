/** The end of a token whose script cannot go on: an error of the script that only running it shows. */
import type { Effect } from '../effect.ts';
import type { Token } from '../token.ts';
import type { Stepped } from './handler.ts';

/** The token stays where it broke; the caller cancels the rest of the instance. */
export function critical(token: Token, message: string, before: readonly Effect[] = []): Stepped {
  const { path, attempt, context } = token;
  const line = `${path}: ${message}`;
  return {
    status: 'stepped',
    token: { path, status: 'critical', attempt, context },
    effects: [
      ...before,
      { type: 'stop' },
      { type: 'log', level: 'ERROR', message: line },
      { type: 'notify', event: 'critical', message: line },
    ],
  };
}

/** A path that the script does not have. */
export function criticalPath(token: Token): Stepped {
  return critical(token, 'There is no such step in the script.');
}
