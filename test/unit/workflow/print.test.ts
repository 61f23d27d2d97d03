import { describe, expect, it } from 'vitest';
import { firstLine } from '../../../src/workflow/first-line.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { print } from '../../../src/workflow/print.ts';

const treeOf = (script: string) => {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.tree;
};

describe('a tree', () => {
  const script =
    'fork:\n    execute: |\n        a # b\n\n          c\n    noop: # why\necho: d#e # f\n';

  it('prints with two spaces a level, and no space in what is blank', () => {
    expect(print(treeOf(script))).toBe(
      'fork: \n  execute: |\n    a # b\n\n      c\n  noop: #\necho: d#e\n',
    );
  });

  it('prints from any node on as that stands alone, with the line it stands on', () => {
    const [fork] = treeOf(script).children;
    const [execute, noop] = fork?.children ?? [];
    expect(execute && print(execute)).toBe('execute: |\n  a # b\n\n    c\n');
    expect(noop && print(noop)).toBe('noop: #\n');
  });

  it('prints on one line what is no command, though a comment in it were cut', () => {
    const node = {
      type: 'echo',
      option: 'a # b',
      path: '/0-echo',
      line: 1,
      column: 1,
      children: [],
    };
    expect(print(node)).toBe('echo: a # b\n');
  });
});

describe('the first line of a command', () => {
  it('is all of it, or says that there are more', () => {
    expect(firstLine('./run.sh')).toBe('./run.sh');
    expect(firstLine('  set -e  \n./run.sh')).toBe('  set -e …');
  });
});
