/** Moves a token on: into a node, or past one, through everything instant in one go. */
import type { Effect } from '../effect.ts';
import type { Facts } from '../facts.ts';
import { nextNode, nextSibling } from '../next-node.ts';
import type { Node } from '../node.ts';
import type { Token, TokenContext } from '../token.ts';
import { critical } from './critical.ts';
import { enter } from './enter.ts';
import type { Stepped } from './handler.ts';
import { waitAt } from './wait-at.ts';

/** From a node on, the node included, to the first that takes its time, or the end of the way. */
export function goOnAt(
  tree: Node,
  from: Node | null,
  token: Token,
  facts: Facts,
  before: readonly Effect[],
): Stepped {
  const effects = [...before];
  let { context } = token;
  for (let node = from; node !== null && isOnItsWay(token, node); node = nextNode(tree, node)) {
    const at: Token = { ...token, path: node.path, status: 'working', context };
    const entry = enter(node, context, facts);
    switch (entry.type) {
      case 'pass':
        if (entry.log !== undefined) effects.push({ type: 'log', ...entry.log });
        context = entry.context;
        break;
      case 'execute':
        return { status: 'stepped', token: at, effects: [...effects, entry.execution] };
      case 'broken':
        return critical(at, entry.message, effects);
      case 'fork':
      case 'sleep':
      case 'await':
      case 'launch':
      case 'maintain':
        return waitAt(at, node, entry, effects);
    }
  }
  effects.push(
    token.context.branch === undefined
      ? { type: 'notify', event: 'finished', message: null }
      : { type: 'join' },
  );
  const path = token.context.branch?.within ?? '';
  return { status: 'stepped', token: { ...token, path, status: 'finished', context }, effects };
}

/** A branch of a fork ends where the next node is none of its own. */
function isOnItsWay({ context: { branch } }: Token, { path }: Node): boolean {
  return branch === undefined || path === branch.within || path.startsWith(`${branch.within}/`);
}

/** From whatever follows a node: its children, its siblings, those of its ancestors. */
export function goOnAfter(
  tree: Node,
  node: Node,
  token: Token,
  facts: Facts,
  before: readonly Effect[],
): Stepped {
  return goOnAt(tree, nextNode(tree, node), uncounted(token), facts, before);
}

/** From whatever follows a node and all that is below it. */
export function goOnBeside(
  tree: Node,
  node: Node,
  token: Token,
  facts: Facts,
  before: readonly Effect[],
): Stepped {
  return goOnAt(tree, nextSibling(tree, node), uncounted(token), facts, before);
}

/** The next step, or another attempt that a person wants, has a retry budget of its own. */
export function uncounted(token: Token): Token {
  const { failures: _passed, ...context } = token.context satisfies TokenContext;
  return { ...token, context };
}
