/** Where a token goes on, how a node is found and how a tree prints, as the original recorded it. */
import { describe, expect, it } from 'vitest';
import { findNode } from '../../../src/workflow/find-node.ts';
import { nextNode, nextSibling } from '../../../src/workflow/next-node.ts';
import type { Node } from '../../../src/workflow/node.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { print } from '../../../src/workflow/print.ts';
import { walkNodes } from '../../../src/workflow/walk-nodes.ts';
import { asOracleNode, itConforms, oracle, type OracleNode } from './oracle.ts';

interface RecordedNode {
  readonly path: string;
  readonly type: string;
  readonly next: string | null;
  readonly next_sibling: string | null;
  readonly to_script: string;
  readonly reparsed: { readonly tree: OracleNode };
}
interface RecordedQuery {
  readonly query: string;
  /** Absent where the original raises an error. */
  readonly path?: string;
}
const mixed = ['next_path-82', 'next_path-83', 'next_path-84', 'next_path-85'];
const all = oracle<{ script: string }, { nodes: RecordedNode[]; find: RecordedQuery[] }>(
  'next_path',
);
const cases = all.filter(({ id }) => !mixed.includes(id));

describe('a recorded script', () => {
  it('is refused where it mixes tabs and spaces, and only there', () => {
    const refused = all.filter(({ input }) => !parse(input.script).ok).map(({ id }) => id);
    expect(refused).toEqual(mixed);
  });
});

describe('the next node and the next sibling', () => {
  const rows = cases.map(({ id, input, expected }) => {
    const here = () => {
      const tree = treeOf(input.script);
      return walkNodes(tree).map((node) => ({
        path: node.path,
        next: nextNode(tree, node)?.path ?? null,
        next_sibling: nextSibling(tree, node)?.path ?? null,
      }));
    };
    const there = expected.nodes.map(({ path, next, next_sibling }) => ({
      path,
      next,
      next_sibling,
    }));
    return { id, here, there };
  });
  itConforms(rows);
});

describe('a node as a script', () => {
  const rows = cases.map(({ id, input, expected }) => {
    const here = () => walkNodes(treeOf(input.script)).slice(1).map(print);
    const [, ...recorded] = expected.nodes;
    return { id, here, there: recorded.map((node) => node.to_script) };
  });
  itConforms(rows, [
    {
      reason: 'An option that only a comment leaves empty stays one.',
      cases: {
        'next_path-50': ['noop: #\n'],
        'next_path-52': ['noop: #\n'],
        'next_path-118': ['execute: #\n'],
      },
    },
    {
      reason: 'A # within a word starts no comment.',
      cases: { 'next_path-62': ['noop: \\# a\n'], 'next_path-67': [`noop: '"#"'#x\n`] },
    },
  ]);
});

describe('a script that the original printed', () => {
  itConforms(
    cases.map(({ id, expected }) => ({
      id,
      here: () => expected.nodes.map((node) => asOracleNode(treeOf(node.to_script))),
      there: expected.nodes.map((node) => node.reparsed.tree),
    })),
  );
});

describe('a path', () => {
  const rows = cases.map(({ id, input, expected }) => {
    return {
      id,
      here: () => {
        const tree = treeOf(input.script);
        return expected.find.map(({ query }) => findNode(tree, query)?.path ?? null);
      },
      // Here a path names its node exactly: '' is the root, not '/', and number and type are as printed.
      there: expected.find.map(({ query, path }) =>
        query === path || query === '' ? query : null,
      ),
    };
  });
  itConforms(rows);

  it('leads nowhere where number or type are others', () => {
    const tree = treeOf('noop:\n  echo: a');
    const found = [
      '/0-noop/0-echo',
      '/0-echo',
      '/0-noop/0-noop',
      '/00-noop',
      '/-1-noop',
      '/x',
      '/',
      'x',
      '/0-noop/1-echo',
    ];
    expect(found.map((path) => findNode(tree, path)?.option)).toEqual([
      'a',
      ...Array(8).fill(undefined),
    ]);
  });
});

function treeOf(script: string): Node {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.tree;
}
