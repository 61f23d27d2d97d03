/** An instance that is played in memory: its tokens, and what becomes of them, event by event. */
import {
  advance,
  type Change,
  type OuterEvent,
  type Thread,
} from '../../../src/workflow/advance.ts';
import type { Facts } from '../../../src/workflow/facts.ts';
import type { Node } from '../../../src/workflow/node.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { newborn, type Token, type TokenContext } from '../../../src/workflow/token.ts';
import { plainFacts } from './plain-facts.ts';

export type InstanceStatus = 'working' | 'error' | 'success' | 'canceled';

export interface PlayedInstance {
  /** What changed; a sentence when the event has no place. */
  happen(key: string, event: OuterEvent, facts?: Facts): readonly Change[] | string;
  token(key: string): Token;
  readonly tokens: readonly Token[];
  /** As contract section 2 derives it. */
  readonly status: InstanceStatus;
}

/** Not started yet. */
export function playInstance(script: string, context: TokenContext = { env: {} }): PlayedInstance {
  const tree = treeOf(script);
  const threads = new Map<string, Thread>([['', { token: newborn(context), openBranches: 0 }]]);
  return {
    happen(key, event, facts = plainFacts) {
      const advanced = advance(tree, [...threads.values()], key, event, facts);
      if (advanced.status === 'illegal') return advanced.reason;
      for (const { token, openBranches } of advanced.changes) {
        threads.set(token.key, { token, openBranches });
      }
      return advanced.changes;
    },
    token(key) {
      const thread = threads.get(key);
      if (thread === undefined) throw new Error(`there is no token ${key}`);
      return thread.token;
    },
    get tokens() {
      return Array.from(threads.values(), ({ token }) => token);
    },
    get status() {
      return statusOf(Array.from(threads.values(), ({ token }) => token));
    },
  };
}

function statusOf(tokens: readonly Token[]): InstanceStatus {
  const statuses = new Set(tokens.map(({ status }) => status));
  if (statuses.has('canceled') || statuses.has('critical')) return 'canceled';
  if (statuses.has('failure')) return 'error';
  return statuses.has('working') || statuses.has('waiting') ? 'working' : 'success';
}

export function treeOf(script: string): Node {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error(`${script}\n${JSON.stringify(parsed.errors)}`);
  return parsed.tree;
}
