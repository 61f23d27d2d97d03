/** An operator gives the failed or waiting step up: the token goes on after it. */
import type { Facts, TokenEvent } from '../facts.ts';
import { findNode } from '../find-node.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { goOnAfter } from './go-on.ts';
import type { Step } from './handler.ts';
import { isFork } from './is-fork.ts';
import { sourceOf } from './source-of.ts';
import { criticalPath, nothingThere } from './standing.ts';

export function skip(
  tree: Node,
  token: Token,
  event: Extract<TokenEvent, { readonly type: 'skip' }>,
  facts: Facts,
): Step {
  const node = findNode(tree, token.path);
  if (node === null) return criticalPath(token);
  // Its branches are the steps to be skipped: going on without them would leave them running.
  if (isFork(node)) return nothingThere(node, 'Only the steps of a branch can be skipped');
  const line = `${node.path}: Skipped by ${event.by}: '${sourceOf(node)}'`;
  return goOnAfter(tree, node, token, facts, [
    { type: 'log', level: 'INFO', message: `Skipped by ${event.by}.` },
    { type: 'notify', event: 'skipping', message: line },
  ]);
}
