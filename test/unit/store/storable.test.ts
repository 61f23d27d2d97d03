import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storableJson, storableText } from '../../../src/store/storable.ts';

describe('what is stored as JSON', () => {
  it('is what JSON.stringify makes of it', () => {
    const value = {
      env: { A: 'x', B: 'größer 🎉' },
      list: [1, null, true],
      text: String.raw`\u0000`,
    };
    expect(storableJson(value)).toBe(JSON.stringify(value));
  });

  it('has no NUL and no half of a character in it, wherever it came in', () => {
    const value = { deep: [{ text: 'a\0b' }, '\uD83C', 'whole 🎉'] };
    expect(JSON.parse(storableJson(value))).toEqual({
      deep: [{ text: 'a\uFFFDb' }, '\uFFFD', 'whole 🎉'],
    });
  });

  it('holds for any text, as text and as JSON', () => {
    const anything = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(fc.array(anything), (texts) => {
        const stored = texts.map(storableText);
        expect(stored.join('')).not.toMatch(/\0|\p{Surrogate}/u);
        expect(JSON.parse(storableJson(texts))).toEqual(stored);
      }),
    );
  });
});
