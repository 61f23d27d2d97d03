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
  /** Its option is a command that is printed on lines of its own. */
  readonly block?: true;
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
/** Lines of a shell, some of them blank, some indented, as they are left when a block is read. */
const block = fc
  .array(
    fc
      .tuple(
        fc.constantFrom('', '', '  ', '\t'),
        fc.constantFrom('echo a # b', '# c', 'x', '|', ''),
      )
      .map((parts) => parts.join('')),
    { maxLength: 6 },
  )
  .map((rows) => ['first', ...rows, 'last '].join('\n'));
const command: fc.Arbitrary<Shape> = fc.oneof(
  fc
    .oneof(block, fc.constantFrom('# only a comment', 'a # b', 'a '))
    .map((text) => ({ type: 'execute', option: text, children: [], block: true as const })),
  fc.constant({ type: 'execute', option: '|', children: [] }),
);
const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { arbitrary: command, weight: 1 },
    {
      arbitrary: fc
        .record({
          type,
          option,
          children: fc.oneof(
            { depthSize: 'small' },
            fc.constant([]),
            fc.array(tie('shape'), { maxLength: 4 }),
          ),
        })
        // What stands below that is its command.
        .filter((node) => node.type !== 'execute' || node.option !== '|'),
      weight: 3,
    },
  ),
}));

/** "PROPERTY_RUNS=20000" for the long run. */
const longRun = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 200) };

describe('a tree', { timeout: 60_000 }, () => {
  it('prints as a script that reads as the same tree, places included', () => {
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 5 }), (children) => {
        const tree = placed(children);
        expect(parse(print(tree))).toEqual({ ok: true, tree });
      }),
      longRun,
    );
  });
});

describe('a text', { timeout: 60_000 }, () => {
  const soup = fc
    .array(
      fc.oneof(
        fc.constantFrom('noop', 'execute', ':', ' ', '  ', '\t', '\n', '\r\n', '#', '"', "'", '\\'),
        fc.constantFrom('execute: |\n', 'execute: | # c\n  ', '\n  ', '\n    ', '\r', 'x'),
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
      longRun,
    );
  });

  it('has a node for each line that is neither blank, nor a comment, nor part of a command', () => {
    fc.assert(
      fc.property(soup, (script) => {
        const parsed = parse(script);
        fc.pre(parsed.ok);
        const lines = script.split('\n');
        const tasks = lines.filter((line) => isTask(line));
        const nodes = [...walkNodes(parsed.tree)].slice(1);
        // With a block below it or without one: that is another question.
        fc.pre(nodes.every((node) => node.option !== '|'));
        const within = nodes.flatMap((node) => linesBelow(node, lines));
        expect(nodes).toHaveLength(tasks.length - within.length);
      }),
    );
  });
});

const isTask = (line: string): boolean => /^[ \t\r\f\v]*[^ \t\r\f\v#]/.test(line);

/** Those of a command that stands below its `execute: |` and would be tasks elsewhere. */
function linesBelow({ line, option: text }: Node, lines: readonly string[]): string[] {
  if (!/^\s*execute:\s*\|(\s|$)/.test(lines[line - 1] ?? '')) return [];
  return (text ?? '').split('\n').filter((row) => isTask(row));
}

/** The tree of these shapes as it would be read from its print: a line a node, two spaces a level. */
function placed(shapes: readonly Shape[]): Node {
  let line = 0;
  const place = (children: readonly Shape[], path: string, depth: number): Node[] =>
    children.map((child, index) => {
      line += 1;
      const own = `${path}/${index}-${child.type}`;
      const where = { path: own, line, column: depth * 2 + 1 };
      if (child.block) line += (child.option ?? '').split('\n').length;
      const below = place(child.children, own, depth + 1);
      return { type: child.type, option: child.option, ...where, children: below };
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
