/** A step has failed: it waits for a person, who is told. */
import type { Facts } from '../facts.ts';
import type { Token } from '../token.ts';
import type { Stepped } from './handler.ts';

/** `line` goes into the log; what people are told adds the path and the last lines of output. */
export function fail(token: Token, line: string, facts: Facts): Stepped {
  const { path, attempt, context } = token;
  const tail = facts.outputTail === '' ? '' : `\n\n\`\`\`\n${facts.outputTail}\n\`\`\``;
  return {
    status: 'stepped',
    token: { path, status: 'failure', attempt: attempt + 1, context },
    effects: [
      { type: 'log', level: 'ERROR', message: line },
      { type: 'notify', event: 'failure', message: `${path}: ${line}${tail}` },
    ],
  };
}
