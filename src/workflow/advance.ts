/**
 * What an event at one token comes to in its whole instance: branches begin, joins are counted, and
 * what can go on at once does. Pure, like `step`, which decides for each token.
 */
import type { Effect } from './effect.ts';
import type { Facts, TokenEvent } from './facts.ts';
import type { Node } from './node.ts';
import { step } from './step.ts';
import { critical } from './step/critical.ts';
import type { Illegal, Stepped } from './step/handler.ts';
import { parentKey } from './token-key.ts';
import { isActive, type Token } from './token.ts';

/** A token, and how many of the branches that it forked have not finished. */
export interface Thread {
  readonly token: Token;
  readonly openBranches: number;
}

/** What became of a token: of a new one, or of one that was told. */
export interface Change extends Thread {
  /** How it was before; null for one that has begun. */
  readonly before: Thread | null;
  /** In the order in which they came about; `fork` and `join` are done. */
  readonly effects: readonly OuterEffect[];
}

export type OuterEffect = Exclude<Effect, { readonly type: 'fork' | 'join' }>;

/** A join is found out here, and only here. */
export type OuterEvent = Exclude<TokenEvent, { readonly type: 'joined' }>;

export type Advance =
  | { readonly status: 'advanced'; readonly changes: readonly Change[] }
  | Illegal;

/**
 * Every token that changes, in the order in which they came to: a parent that forks before its
 * branches, a branch that finishes before its parent. `threads` holds the token and all that it stems from. Where the event ends the instance -
 * it cancels a token, or one has become critical - it must hold all that are active, for they are
 * cancelled: who did not give them asks again with all. Illegal changes nothing.
 */
export function advance(
  tree: Node,
  threads: readonly Thread[],
  key: string,
  event: OuterEvent,
  facts: Facts,
): Advance {
  const instance = new Map(threads.map((before) => [before.token.key, changing(before)]));
  const changed = new Set<Changing>();
  const ahead: Happening[] = [{ key, event }];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const thread = threadOf(instance, next.key);
    const stepped = step(tree, thread.token, next.event, facts);
    if (stepped.status === 'illegal') return stepped;
    const { token, effects } = withinLimits(stepped, instance.size);
    thread.token = token;
    changed.add(thread);
    // What is pushed last comes first: branches begin in their order, each as far as it gets.
    for (const effect of effects) {
      if (effect.type === 'fork') ahead.push(...fork(instance, thread, effect.branches));
      else if (effect.type === 'join')
        ahead.push(...join(threadOf(instance, parentKey(next.key)), changed));
      else if (next.silent !== true || effect.type !== 'notify') thread.effects.push(effect);
    }
    const ends = token.status === 'critical' || (next.event.type === 'cancel' && next.key === key);
    if (ends) ahead.splice(0, ahead.length, ...endOthers(instance, next.event));
  }
  return { status: 'advanced', changes: [...changed] };
}

interface Changing extends Change {
  token: Token;
  openBranches: number;
  readonly effects: OuterEffect[];
}

interface Happening {
  readonly key: string;
  readonly event: TokenEvent;
  /** What it leads to is told by what it follows from. */
  readonly silent?: true;
}

function changing(before: Thread): Changing {
  return { token: before.token, openBranches: before.openBranches, before, effects: [] };
}

function threadOf(instance: ReadonlyMap<string, Changing>, key: string): Changing {
  const thread = instance.get(key);
  if (thread === undefined) throw new Error(`the token ${key} is not among those given`);
  return thread;
}

function fork(
  instance: Map<string, Changing>,
  parent: Changing,
  branches: readonly Token[],
): Happening[] {
  parent.openBranches = branches.length;
  for (const token of branches) {
    instance.set(token.key, { token, openBranches: 0, before: null, effects: [] });
  }
  return branches.toReversed().map(({ key }) => ({ key, event: { type: 'start' } }));
}

function join(parent: Changing, changed: Set<Changing>): Happening[] {
  parent.openBranches -= 1;
  changed.add(parent);
  if (parent.openBranches > 0) return [];
  return [{ key: parent.token.key, event: { type: 'joined' } }];
}

/** Forks within forks multiply: an instance beyond this would bring its process down with it. */
const mostThreads = 100_000;

function withinLimits(stepped: Stepped, already: number): Stepped {
  const forked = stepped.effects.find((effect) => effect.type === 'fork');
  if (forked === undefined || already + forked.branches.length <= mostThreads) return stepped;
  return critical(stepped.token, `More than ${mostThreads} branches at once.`);
}

/** Who cancels one step of an instance, or breaks it, ends all of it. */
function endOthers(instance: ReadonlyMap<string, Changing>, cause: TokenEvent): Happening[] {
  const cancelled: Omit<Happening, 'key'> =
    cause.type === 'cancel'
      ? { event: cause }
      : { event: { type: 'cancel', by: 'the engine' }, silent: true };
  return [...instance.values()]
    .filter(({ token }) => isActive(token.status))
    .map(({ token: { key } }) => ({ key, ...cancelled }));
}
