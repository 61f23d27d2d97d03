import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../../src/cli/line-diff.ts';

const shown = (before: string, after: string) =>
  lineDiff(before, after).map(({ sign, text }) => sign + text);

describe('lineDiff', () => {
  it('keeps what is common and says what went and what came', () => {
    expect(shown('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([' a', '-b', '+x', ' c', '+d']);
    expect(shown('', 'a\n')).toEqual(['+a']);
    expect(shown('a\r\nb', 'a\nb\n')).toEqual([' a', ' b']);
  });

  it('says old and new where there is too much to compare', () => {
    const many = (letter: string) => `${letter}\n`.repeat(2_100);
    const diff = lineDiff(many('a'), many('b'));
    expect(diff).toHaveLength(4_200);
    expect(diff[0]).toEqual({ sign: '-', text: 'a' });
  });

  it('holds both texts, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = lineDiff(`${before.join('\n')}\n`, `${after.join('\n')}\n`);
        const side = (sign: string) =>
          diff.filter((line) => line.sign === ' ' || line.sign === sign).map((line) => line.text);
        // A single empty line is an empty text.
        const lines = (all: string[]) => (all.length === 1 && all[0] === '' ? [''] : all);
        expect(side('-')).toEqual(lines(before));
        expect(side('+')).toEqual(lines(after));
      }),
    );
  });
});
