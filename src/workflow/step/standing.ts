/** Finds what a token stands at, which decides what an event means to it. */
import type { Facts } from '../facts.ts';
import { findNode } from '../find-node.ts';
import type { Node } from '../node.ts';
import type { Entry } from '../task.ts';
import type { Token } from '../token.ts';
import { critical } from './critical.ts';
import { enter } from './enter.ts';
import type { Illegal, Step } from './handler.ts';

/** `then` is told the node and its entry; where there is none to be told, the token is critical. */
export function standing(
  tree: Node,
  token: Token,
  facts: Facts,
  then: (node: Node, entry: Exclude<Entry, { readonly type: 'broken' }>) => Step,
): Step {
  const node = findNode(tree, token.path);
  if (node === null) return criticalPath(token);
  const entry = enter(node, token.context, facts);
  return entry.type === 'broken' ? critical(token, entry.message) : then(node, entry);
}

/** A path that the script does not have. */
export function criticalPath(token: Token): Step {
  return critical(token, 'There is no such step in the script.');
}

/** Where nothing of the kind is under way: `No command runs at /0-noop.` */
export function nothingThere(node: Node, what: string): Illegal {
  return { status: 'illegal', reason: `${what} at ${node.path === '' ? '/' : node.path}.` };
}
