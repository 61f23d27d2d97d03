/** Steps a second of the core alone: what is decided, without a database. */
import { advance, type OuterEvent, type Thread } from '../../src/workflow/advance.ts';
import { parse } from '../../src/workflow/parse.ts';
import { lineageKeys } from '../../src/workflow/token-key.ts';
import { newborn } from '../../src/workflow/token.ts';
import { walkNodes } from '../../src/workflow/walk-nodes.ts';
import type { Node } from '../../src/workflow/node.ts';
import { facts } from '../support/operations.ts';
import { longScript } from './long-script.ts';
import { rate, repeated } from './rate.ts';
import type { Finding } from './finding.ts';

const reach = 20 * 200;

export async function stepRates(rounds: number): Promise<Finding[]> {
  const run = (script: string) => {
    const tree = treeOf(script);
    const passed = nodesPassed(tree);
    return () =>
      repeated(500, () => {
        play(tree);
        return passed;
      });
  };
  const chain = run('execute: ./run.sh\n'.repeat(300));
  const long = run(longScript);
  return [
    await rate({ what: 'Steps of the core, 300 commands in a row', reach, run: chain }, rounds),
    await rate({ what: 'Steps of the core, the script of 1,000 lines', reach, run: long }, rounds),
  ];
}

function treeOf(script: string): Node {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error('the script of the bench has errors');
  return parsed.tree;
}

/** All that is below a `parallel_fork` is passed by each of its copies. */
function nodesPassed(tree: Node): number {
  let count = 0;
  for (const node of walkNodes(tree)) {
    if (node.path === '') continue;
    count += /[0-9]-parallel_fork\//.test(node.path) ? 4 : 1;
  }
  return count;
}

/** From its start to its end, all commands successful; a step is told the token and its lineage. */
function play(tree: Node): void {
  const threads = new Map<string, Thread>();
  const root = { token: newborn({ env: { REGION: 'eu' } }), openBranches: 0 };
  const ahead: { key: string; event: OuterEvent }[] = [];
  const tell = (given: readonly Thread[], key: string, event: OuterEvent) => {
    const advanced = advance(tree, given, key, event, facts);
    if (advanced.status === 'illegal') throw new Error(advanced.reason);
    for (const { token, openBranches, effects } of advanced.changes) {
      threads.set(token.key, { token, openBranches });
      for (const { type } of effects) {
        if (type === 'execute') ahead.push({ key: token.key, event: exited });
        if (type === 'wake') ahead.push({ key: token.key, event: { type: 'woken' } });
      }
    }
  };
  tell([root], '', { type: 'start' });
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const lineage = lineageKeys(next.key).flatMap((key) => threads.get(key) ?? []);
    tell(lineage, next.key, next.event);
  }
  if (threads.get('')?.token.status !== 'finished') throw new Error('the script did not end');
}

const exited: OuterEvent = { type: 'exited', code: 0, signal: null, timedOut: false };
