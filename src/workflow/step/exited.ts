/** The command of a token has ended: 0 goes on, anything else fails. */
import type { ExecuteEffect, LogLevel } from '../effect.ts';
import type { Facts, TokenEvent } from '../facts.ts';
import { firstLine } from '../first-line.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { fail } from './fail.ts';
import { goOnAfter } from './go-on.ts';
import type { Step } from './handler.ts';
import { nothingThere, standing } from './standing.ts';

type Exited = Extract<TokenEvent, { readonly type: 'exited' }>;

export function exited(tree: Node, token: Token, event: Exited, facts: Facts): Step {
  return standing(tree, token, facts, (node, entry) => {
    if (entry.type !== 'execute') return nothingThere(node, 'No command runs');
    if (event.code !== 0) {
      return fail(tree, node, token, `[FAILURE] ${ending(entry.execution, event)}`, facts);
    }
    const level: LogLevel = event.timedOut ? 'WARN' : 'INFO';
    const message = `[SUCCESS] ${ending(entry.execution, event)}`;
    return goOnAfter(tree, node, token, facts, [{ type: 'log', level, message }]);
  });
}

function ending({ shell, timeoutSeconds }: ExecuteEffect, event: Exited): string {
  const command = firstLine(shell);
  const what =
    event.code === null
      ? `stopped by ${(event.signal ?? 'unknown').replace('SIG', '')} signal`
      : `returns ${event.code}`;
  if (!event.timedOut) return `\`${command}\` ${what}.`;
  const minutes = (timeoutSeconds ?? 0) / 60;
  const limit = minutes === 0 ? '' : ` of ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  return `\`${command}\` ${what}: it ran longer than its limit${limit}.`;
}
