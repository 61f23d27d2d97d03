/** The command of a token is out of reach, its outcome unknown: it counts as failed, not as run. */
import type { Facts, TokenEvent } from '../facts.ts';
import { findNode } from '../find-node.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { critical, criticalPath } from './critical.ts';
import { enter } from './enter.ts';
import { noCommandAt } from './exited.ts';
import { fail } from './fail.ts';
import type { Step } from './handler.ts';

export function lost(
  tree: Node,
  token: Token,
  event: Extract<TokenEvent, { readonly type: 'lost' }>,
  facts: Facts,
): Step {
  const node = findNode(tree, token.path);
  if (node === null) return criticalPath(token);
  const entry = enter(node, token.context);
  if (entry.type === 'broken') return critical(token, entry.message);
  if (entry.type !== 'execute') return noCommandAt(node);
  return fail(token, `[FAILURE] \`${entry.execution.shell}\` is lost: ${event.evidence}`, facts);
}
