/** The command of a token has ended: 0 goes on, anything else fails. */
import type { ExecuteEffect, LogLevel } from '../effect.ts';
import type { Facts, TokenEvent } from '../facts.ts';
import { findNode } from '../find-node.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { critical, criticalPath } from './critical.ts';
import { enter } from './enter.ts';
import { fail } from './fail.ts';
import { goOnAfter } from './go-on.ts';
import type { Step } from './handler.ts';

type Exited = Extract<TokenEvent, { readonly type: 'exited' }>;

export function exited(tree: Node, token: Token, event: Exited, facts: Facts): Step {
  const node = findNode(tree, token.path);
  if (node === null) return criticalPath(token);
  const entry = enter(node, token.context);
  if (entry.type === 'broken') return critical(token, entry.message);
  if (entry.type !== 'execute') return noCommandAt(node);
  if (event.code !== 0) return fail(token, failureLine(entry.execution, event), facts);
  const level: LogLevel = event.timedOut ? 'WARN' : 'INFO';
  const message = `[SUCCESS] ${ending(entry.execution, event)}`;
  return goOnAfter(tree, node, token, [{ type: 'log', level, message }]);
}

export function noCommandAt(node: Node): Step {
  return { status: 'illegal', reason: `No command runs at ${node.path === '' ? '/' : node.path}.` };
}

function failureLine(execution: ExecuteEffect, event: Exited): string {
  return `[FAILURE] ${ending(execution, event)}`;
}

function ending({ shell, timeoutSeconds }: ExecuteEffect, event: Exited): string {
  const what =
    event.code === null
      ? `stopped by ${(event.signal ?? 'unknown').replace(/^SIG/, '')} signal`
      : `returns ${event.code}`;
  if (!event.timedOut) return `\`${shell}\` ${what}.`;
  const minutes = (timeoutSeconds ?? 0) / 60;
  const limit = minutes === 0 ? '' : ` of ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  return `\`${shell}\` ${what}: it ran longer than its limit${limit}.`;
}
