/** Moves a token on: into a node, or past one, through everything instant in one go. */
import type { Effect } from '../effect.ts';
import { nextNode } from '../next-node.ts';
import type { Node } from '../node.ts';
import type { Token, TokenContext } from '../token.ts';
import { critical } from './critical.ts';
import { enter } from './enter.ts';
import type { Stepped } from './handler.ts';

/** From a node on, the node included, until an execution is asked for or the script has ended. */
export function goOnAt(
  tree: Node,
  from: Node | null,
  token: Token,
  before: readonly Effect[],
): Stepped {
  const effects = [...before];
  let context: TokenContext = token.context;
  for (let node = from; node !== null; node = nextNode(tree, node)) {
    const at: Token = { path: node.path, status: 'working', attempt: token.attempt, context };
    const entry = enter(node, context);
    switch (entry.type) {
      case 'pass':
        if (entry.log !== undefined) effects.push({ type: 'log', ...entry.log });
        context = entry.context;
        break;
      case 'execute':
        return { status: 'stepped', token: at, effects: [...effects, entry.execution] };
      case 'broken':
        return critical(at, entry.message, effects);
    }
  }
  effects.push({ type: 'notify', event: 'finished', message: null });
  const finished: Token = { path: '', status: 'finished', attempt: token.attempt, context };
  return { status: 'stepped', token: finished, effects };
}

/** From whatever follows a node: its children, its siblings, those of its ancestors. */
export function goOnAfter(
  tree: Node,
  node: Node,
  token: Token,
  before: readonly Effect[],
): Stepped {
  return goOnAt(tree, nextNode(tree, node), token, before);
}
