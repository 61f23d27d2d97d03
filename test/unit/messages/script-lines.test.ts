import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableScript, scriptLines } from '../../../src/messages/script-lines.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { walkNodes } from '../../../src/workflow/walk-nodes.ts';

describe('the lines of a script', () => {
  it('are named as the core names them, whatever script it accepts', () => {
    const row = fc
      .tuple(
        fc.constantFrom('', '  ', '    ', '\t', '\t\t', '      '),
        fc.constantFrom(
          'execute: ls # all',
          'execute: |',
          'execute: |  # sh',
          'ls # all',
          'env: A=1 B="x: y"',
          'fork:',
          'noop:',
          '# x',
          '',
          'echo: #',
          '\r',
        ),
        fc.constantFrom('', ' ', '\r'),
      )
      .map((parts) => parts.join(''));
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
        const script = rows.join('\n');
        const parsed = parse(script);
        if (!parsed.ok) return;
        accepted += 1;
        const paths = [...walkNodes(parsed.tree)].slice(1).map(({ path }) => path);
        expect(scriptLines(script).map(({ path }) => path)).toEqual(paths);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('say of a command of several lines that there are more', () => {
    const texts = (script: string) => scriptLines(script).map(({ text }) => text);
    expect(texts('execute: |\n  cd /srv\n\n  ls\nnoop:')).toEqual(['execute: cd /srv …', 'noop:']);
    expect(texts('execute: | # sh\n  cd /srv')).toEqual(['execute: cd /srv']);
    expect(texts('execute: |\nnoop:')).toEqual(['execute: |', 'noop:']);
  });

  it('say how deep they are', () => {
    expect(
      scriptLines('fork:\n  execute: a\n  sequence:\n    noop:\nnoop:').map(({ depth }) => depth),
    ).toEqual([0, 1, 1, 2, 0]);
  });

  it.each([
    ['env: A=1', 'env: A=…'],
    [`env: A=1 B="x C=y" D='E=z'`, 'env: A=… B=… D=…'],
    ['env:', 'env:'],
    [String.raw`env: A="\" B=1" C=2`, 'env: A=… C=…'],
    ['execute: A=1 ./x', 'execute: A=1 ./x'],
    ['environment: A=1', 'environment: A=1'],
  ])('leave out values: %s', (text, shown) => {
    expect(scriptLines(text)[0]?.text).toBe(shown);
    expect(readableScript(text)).toBe(shown);
  });

  it('keep comments and indentation when the script itself is shown', () => {
    const script = '# first\nfork:\n\tenv: A=1\n  execute: x\n';
    expect(readableScript(script)).toBe('# first\nfork:\n\tenv: A=…\n  execute: x\n');
  });
});
