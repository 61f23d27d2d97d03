/** A token comes to a node that takes its time without a worker, and waits there. */
import type { Effect } from '../effect.ts';
import type { Node } from '../node.ts';
import type { Entry } from '../task.ts';
import { branchKey } from '../token-key.ts';
import { newborn, type Token } from '../token.ts';
import type { Stepped } from './handler.ts';
import { optionOf } from './source-of.ts';

export type Waiting = Extract<
  Entry,
  { readonly type: 'fork' | 'sleep' | 'await' | 'launch' | 'maintain' }
>;

export function waitAt(at: Token, node: Node, entry: Waiting, before: readonly Effect[]): Stepped {
  const token: Token = { ...at, status: 'waiting', attempt: at.attempt + 1 };
  return { status: 'stepped', token, effects: [...before, ...waitingFor(token, node, entry)] };
}

function waitingFor(token: Token, node: Node, entry: Waiting): readonly Effect[] {
  switch (entry.type) {
    case 'fork':
      return [
        info(`Forks into ${entry.branches.length}.`),
        { type: 'fork', branches: entry.branches.map(born(token)) },
      ];
    case 'sleep':
      return [
        info(`Sleep for ${entry.seconds} seconds.`),
        { type: 'wake', seconds: entry.seconds },
      ];
    case 'await':
      return [
        info(`Waits for \`${optionOf(node)}\`.`),
        { type: 'await', wait: entry.wait },
        { type: 'wake', seconds: entry.wait.timeout * 60 },
      ];
    case 'launch':
      return [{ type: 'launch_child', definition: entry.definition }];
    case 'maintain':
      return [
        info(`Begins \`${entry.maintenance}\`.`),
        { type: 'maintain', maintenance: entry.maintenance },
      ];
  }
}

function info(message: string): Effect {
  return { type: 'log', level: 'INFO', message };
}

/** A branch begins with a copy of what its parent carries; nothing leaks back. */
function born({ key, attempt, context }: Token) {
  const { expectedMinutes } = context;
  const limit = expectedMinutes === undefined ? {} : { expectedMinutes };
  return (
    { from, within, env }: Extract<Waiting, { readonly type: 'fork' }>['branches'][number],
    index: number,
  ): Token =>
    newborn(
      { ...context, env: { ...context.env, ...env }, branch: { from, within, ...limit } },
      branchKey({ key, attempt }, index),
    );
}
