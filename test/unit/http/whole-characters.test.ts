import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePosition, positionPattern, positionText } from '../../../src/http/output/position.ts';
import { wholeCharacters } from '../../../src/http/output/whole-characters.ts';

describe('wholeCharacters', () => {
  it('cuts a text anywhere into parts that are texts', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(text, fc.nat(160), (whole, at) => {
        const bytes = Buffer.from(whole);
        const first = wholeCharacters(bytes.subarray(0, at));
        const rest = bytes.subarray(first.length);
        expect(first.toString() + rest.toString()).toBe(whole);
        expect(Math.min(at, bytes.length) - first.length).toBeLessThan(4);
      }),
    );
  });

  it('holds back no more than a character has, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (some) => {
        const bytes = Buffer.from(some);
        expect(bytes.length - wholeCharacters(bytes).length).toBeLessThan(4);
      }),
    );
    expect(wholeCharacters(Buffer.from([0x80, 0x80, 0x80, 0x80]))).toHaveLength(4);
  });
});

describe('a position', () => {
  it('is the same after it was text', () => {
    const id = fc.integer({ min: 0, max: 999_999_999_999_999 });
    fc.assert(
      fc.property(id, fc.array(fc.tuple(id, id), { maxLength: 20 }), (after, open) => {
        const position = { after, open: new Map(open) };
        const text = positionText(position);
        expect(text).toMatch(positionPattern);
        expect(parsePosition(text)).toEqual(position);
      }),
    );
  });
});
