/** Comments, and every text that the original's scanner was recorded with. */
import { describe, expect, it } from 'vitest';
import { cutComment } from '../../../src/workflow/cut-comment.ts';
import { type Difference, itConforms, oracle } from './oracle.ts';

describe('a comment', () => {
  it('starts at an unquoted # that starts a word', () => {
    expect(cutComment('a # b')).toBe('a ');
    expect(cutComment('#b')).toBe('');
    expect(cutComment('a\t#b')).toBe('a\t');
    expect(cutComment('"a" \'b\' # c "d"')).toBe('"a" \'b\' ');
  });

  it('does not start within a word or a quotation', () => {
    for (const text of [
      '$#',
      'a#b',
      '"a # b"',
      "'# a'",
      '"#"#',
      'http://h/x#frag',
      '"a \\" # b"',
    ]) {
      expect(cutComment(text)).toBe(text);
    }
  });

  it('is not held up by a quote that nothing closes', () => {
    expect(cutComment("it's # b")).toBe("it's ");
    expect(cutComment('6" # b')).toBe('6" ');
    expect(cutComment("it's #b' # c")).toBe("it's #b' ");
  });
});

describe('a recorded text', () => {
  const cases = oracle<{ text: string | null }, { result: string | null }>(
    'shell_scanner',
    // One case is Ruby's nil: here there is always a text.
  ).flatMap(({ id, input: { text }, expected }) =>
    text === null ? [] : [{ id, text, ...expected }],
  );
  const textOf = new Map(cases.map(({ id, text }) => [id, text]));

  const whole = `12 14 15 16 28 37 40 41 42 60 75 82 85 106 112 117 121 124 125 129 135 158 159 185
    188 192 212 216 228 234 237 240 248 267 290 293 304 319 326 332 333 341 346 348 351 374 390 401
    414`
    .split(/\s+/)
    .map((number) => `shell_scanner-${number}`);
  const differences: readonly Difference[] = [
    {
      reason: 'Each # stands within a word, and the text is whole.',
      cases: Object.fromEntries(whole.map((id) => [id, textOf.get(id)])),
    },
    {
      reason: 'The first # stands within a word, a later one does not.',
      cases: {
        'shell_scanner-87': '=\\# "y"\\ ="y" ',
        'shell_scanner-311': '\'"y"a"#ab   ',
        'shell_scanner-399': 'a\'x\'"$"y""# ',
      },
    },
    {
      reason: 'A quotation ends at the next quote, not at the last one of the line.',
      cases: { 'shell_scanner-173': '"y""y" ', 'shell_scanner-356': '"y"b ' },
    },
  ];
  itConforms(
    cases.map(({ id, text, result }) => ({ id, here: () => cutComment(text), there: result })),
    differences,
  );
});
