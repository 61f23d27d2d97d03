/** An operator gives the failed or waiting step up: the token goes on after it. */
import type { TokenEvent } from '../facts.ts';
import { findNode } from '../find-node.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { criticalPath } from './critical.ts';
import { goOnAfter } from './go-on.ts';
import type { Step } from './handler.ts';

export function skip(
  tree: Node,
  token: Token,
  event: Extract<TokenEvent, { readonly type: 'skip' }>,
): Step {
  const node = findNode(tree, token.path);
  if (node === null) return criticalPath(token);
  const line = `${node.path}: Skipped by ${event.by}: '${node.type}: ${node.option ?? ''}'`;
  return goOnAfter(tree, node, token, [
    { type: 'log', level: 'INFO', message: `Skipped by ${event.by}.` },
    { type: 'notify', event: 'skipping', message: line },
  ]);
}
