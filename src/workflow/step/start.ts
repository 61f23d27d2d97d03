/** A new token goes on from the root. */
import type { TokenEvent } from '../facts.ts';
import type { Node } from '../node.ts';
import type { Token } from '../token.ts';
import { goOnAt } from './go-on.ts';
import type { Step } from './handler.ts';

/** Once: wherever it stands later, a second start would run the same command twice. */
export function start(
  tree: Node,
  token: Token,
  _event: Extract<TokenEvent, { readonly type: 'start' }>,
): Step {
  if (token.path !== '') return { status: 'illegal', reason: 'A step is started only once.' };
  return goOnAt(tree, tree, token, []);
}
