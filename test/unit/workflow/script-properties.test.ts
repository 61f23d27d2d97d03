/** What holds for every script and every tree. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lint } from '../../../src/workflow/lint.ts';
import type { Node } from '../../../src/workflow/node.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { print } from '../../../src/workflow/print.ts';
import { walkNodes } from '../../../src/workflow/walk-nodes.ts';
import { asOracleNode } from './oracle.ts';

interface Shape {
  readonly type: string;
  readonly option: string | null;
  readonly children: readonly Shape[];
}

const type = fc.oneof(
  fc.constantFrom('execute', 'fork', 'env', 'noop'),
  fc.stringMatching(/^\w{1,12}$/),
);
const words = fc.array(
  fc.oneof(
    fc.constantFrom(
      '$#',
      'a#b',
      '"# c"',
      `'# "d'`,
      '日本',
      '😀',
      ':',
      'x:',
      '\\',
      'é=1',
      '\u3000',
      '-',
    ),
    fc.stringMatching(/^[A-Za-z0-9=./{}$&|<>*-]{1,8}$/),
  ),
  { minLength: 1, maxLength: 5 },
);
const option = fc.oneof(
  fc.constantFrom(null, ''),
  words.map((list) => list.join(' ')),
);
const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.record({
    type,
    option,
    children: fc.oneof(
      { depthSize: 'small' },
      fc.constant([]),
      fc.array(tie('shape'), { maxLength: 4 }),
    ),
  }),
}));

describe('a tree', { timeout: 60_000 }, () => {
  it('prints as a script that reads as the same tree, places included', () => {
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 5 }), (children) => {
        const tree = placed(children);
        expect(parse(print(tree))).toEqual({ ok: true, tree });
      }),
    );
  });
});

describe('a text', { timeout: 60_000 }, () => {
  const soup = fc
    .array(
      fc.oneof(
        fc.constantFrom('noop', 'execute', ':', ' ', '  ', '\t', '\n', '\r\n', '#', '"', "'", '\\'),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join(''));

  it('is read as a tree or refused with errors in their places, but never crashes', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (script) => {
        const lines = script.split('\n');
        const linted = lint(script, { customTasks: [], railsEnvCeiling: 'production' });
        if (linted.ok) return;
        expect(linted.errors.length).toBeGreaterThan(0);
        for (const { line, column } of linted.errors) {
          expect(lines[line - 1]?.length).toBeGreaterThanOrEqual(column);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('that can be read prints as a script with the same tree', () => {
    fc.assert(
      fc.property(soup, (script) => {
        const parsed = parse(script);
        fc.pre(parsed.ok);
        const again = parse(print(parsed.tree));
        expect(again.ok && asOracleNode(again.tree)).toEqual(asOracleNode(parsed.tree));
      }),
      { numRuns: 300 },
    );
  });

  it('has a node for each line that is neither blank nor a comment', () => {
    fc.assert(
      fc.property(soup, (script) => {
        const parsed = parse(script);
        fc.pre(parsed.ok);
        const tasks = script.split('\n').filter((line) => /^[ \t\r\f\v]*[^ \t\r\f\v#]/.test(line));
        expect([...walkNodes(parsed.tree)]).toHaveLength(tasks.length + 1);
      }),
    );
  });
});

/** The tree of these shapes as it would be read from its print: a line a node, two spaces a level. */
function placed(shapes: readonly Shape[]): Node {
  let line = 0;
  const place = (children: readonly Shape[], path: string, depth: number): Node[] =>
    children.map((child, index) => {
      line += 1;
      const own = `${path}/${index}-${child.type}`;
      return {
        type: child.type,
        option: child.option,
        path: own,
        line,
        column: depth * 2 + 1,
        children: place(child.children, own, depth + 1),
      };
    });
  return {
    type: 'root',
    option: null,
    path: '',
    line: 1,
    column: 1,
    children: place(shapes, '', 0),
  };
}
