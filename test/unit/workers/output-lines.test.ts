import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputLines } from '../../../src/workers/output-lines.ts';

const at = (second: number): Date => new Date(second * 1_000);
const now = 99_000;

/** Chunks that follow one another, one a second. */
function chunksOf(parts: readonly (string | Buffer)[], from = 0) {
  let start = from;
  return parts.map((part, index) => {
    const chunk = { start, bytes: Buffer.from(part as string), at: at(index + 1) };
    start += chunk.bytes.length;
    return chunk;
  });
}
const texts = (parts: readonly (string | Buffer)[], final = true): string[] =>
  outputLines(chunksOf(parts), 0, now, final).map(({ text }) => text);

describe('lines', () => {
  it('are joined over chunks, and come when they are complete', () => {
    const lines = outputLines(chunksOf(['on', 'e\ntw', 'o\nthr']), 0, now, false);
    expect(lines).toEqual([
      { text: 'one', at: 2_000, end: 4 },
      { text: 'two', at: 3_000, end: 8 },
    ]);
  });

  it('without an end come when nothing more does', () => {
    expect(texts(['a\nb'], false)).toEqual(['a']);
    expect(texts(['a\nb'])).toEqual(['a', 'b']);
    expect(texts(['a\n'])).toEqual(['a']);
    expect(texts([])).toEqual([]);
  });

  it('may be empty, and may end as on other systems', () => {
    expect(texts(['a\r\n\r', '\nb\rc\n'])).toEqual(['a', '', 'b\rc']);
  });

  it('keep characters that are cut, and replace what is none', () => {
    const bytes = Buffer.from('grüße 😀\n');
    expect(texts([bytes.subarray(0, 3), bytes.subarray(3, 10), bytes.subarray(10)])).toEqual([
      'grüße 😀',
    ]);
    expect(texts([Buffer.from([0x61, 0xff, 0x0a])])).toEqual(['a\uFFFD']);
  });

  it('begin where the last look ended, also within a chunk', () => {
    const [chunk] = chunksOf(['one\ntwo\n']);
    expect(outputLines(chunk ? [chunk] : [], 4, now, false)).toEqual([
      { text: 'two', at: 1_000, end: 8 },
    ]);
  });

  it('say what was not kept in between, and how much', () => {
    const [head] = chunksOf(['one\ntw']);
    const [tail] = chunksOf(['ee\nfour\n'], 106);
    const chunks = [head, tail].flatMap((chunk) => chunk ?? []);
    expect(outputLines(chunks, 0, now, false)).toEqual([
      { text: 'one', at: 1_000, end: 4 },
      { text: 'tw', at: 1_000, end: 6 },
      { text: '[... 100 bytes were not kept ...]', at: 1_000, end: 106 },
      { text: 'ee', at: 1_000, end: 109 },
      { text: 'four', at: 1_000, end: 114 },
    ]);
  });

  it('have a time that never goes back, and the present one where none was stored', () => {
    const chunks = [
      { start: 0, bytes: Buffer.from('a\n'), at: at(5) },
      { start: 2, bytes: Buffer.from('b\n'), at: at(3) },
      { start: 4, bytes: Buffer.from('c\n'), at: null },
    ];
    expect(outputLines(chunks, 0, now, false).map((line) => line.at)).toEqual([5_000, 5_000, now]);
  });

  it('that are very long come in pieces, none of which cuts a character', () => {
    const long = '😀'.repeat(25_000);
    const pieces = texts([`${long}\nshort\n`]);
    expect(pieces.join('')).toBe(`${long}short`);
    expect(pieces).toHaveLength(4);
    for (const piece of pieces) {
      expect(Buffer.byteLength(JSON.stringify(piece))).toBeLessThan(250_000);
    }
    // Also before its end has come.
    expect(texts([long], false).length).toBeGreaterThan(1);
  });

  it('are the same however the output is cut into chunks, and looks', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\n', '\r\n'), maxLength: 60 });
    const cuts = fc.array(fc.nat(200), { maxLength: 8 });
    fc.assert(
      fc.property(text, cuts, (output, places) => {
        const bytes = Buffer.from(output);
        const ends = [...new Set([...places.map((n) => n % (bytes.length + 1)), bytes.length])];
        const sorted = ends.toSorted((one, other) => one - other);
        const parts = sorted.map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
        const whole = outputLines(chunksOf([bytes]), 0, now, true);
        const looked: string[] = [];
        let from = 0;
        for (let count = 1; count <= parts.length; count += 1) {
          const last = count === parts.length;
          for (const line of outputLines(chunksOf(parts.slice(0, count)), from, now, last)) {
            looked.push(line.text);
            from = line.end;
          }
        }
        expect(looked).toEqual(whole.map((line) => line.text));
        expect(looked.join('\n')).toBe(output.replaceAll('\r\n', '\n').replace(/\n$/, ''));
      }),
    );
  });
});
