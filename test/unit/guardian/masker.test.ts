/** What is left of secrets in an output: compared with masking all of it at once, byte by byte. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker, type Masker } from '../../../src/guardian/masker.ts';

/** Few letters, so that secrets begin alike, overlap one another and stand in one another. */
const letters = fc.constantFrom('a', 'b', 'ö', '\n');
const secrets = fc.array(fc.string({ unit: letters, maxLength: 20 }), { maxLength: 5 });

/** A text that consists mostly of secrets and parts of them. */
const textWith = (chosen: readonly string[]) =>
  fc
    .array(
      fc.oneof(
        fc.string({ unit: letters, maxLength: 5 }),
        fc.constantFrom('', ...chosen),
        fc.tuple(fc.constantFrom('', ...chosen), fc.nat(20)).map(([one, end]) => one.slice(0, end)),
        fc.tuple(fc.constantFrom('', ...chosen), fc.nat(20)).map(([one, from]) => one.slice(from)),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));

const secretsAndText = secrets.chain((chosen) =>
  fc.tuple(fc.constant(chosen), textWith(chosen), fc.array(fc.integer({ min: 1, max: 9 }))),
);

describe('a masker', () => {
  it('shows what masking the whole would show, however it was cut into chunks', () => {
    fc.assert(
      fc.property(secretsAndText, ([chosen, text, cuts]) => {
        const masker = createMasker(chosen);
        const shown = chunksOf(text, cuts).map((chunk) => push(masker, chunk));
        shown.push(masker?.end() ?? Buffer.alloc(0));
        expect(Buffer.concat(shown).toString()).toBe(maskedAtOnce(text, chosen));
      }),
      { numRuns: 5000 },
    );
  });

  it('that is asked, at any moment, for what it holds back gives away three bytes of a secret at most', () => {
    const chosen = ['abcdefgh', 'ijklmnopqr'];
    const part = fc.constantFrom(...chosen, 'abcdefgX', 'ij', 'X', ' ');
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(fc.array(part), cuts, fc.array(fc.nat(5)), (parts, at, silences) => {
        const masker = createMasker(chosen);
        const shown = chunksOf(parts.join(''), at).flatMap((chunk, index) => [
          push(masker, chunk),
          ...Array.from({ length: silences[index] ?? 0 }, () => release(masker)),
        ]);
        shown.push(masker?.end() ?? Buffer.alloc(0));
        const wanted = parts.map((one) =>
          chosen.includes(one) ? `(${one[0]}(${one[1]}(${one[2]})?)?)?[*]{3}` : one,
        );
        expect(Buffer.concat(shown).toString()).toMatch(new RegExp(`^${wanted.join('')}$`));
      }),
      { numRuns: 2000 },
    );
  });

  it('holds back only what may be a beginning, and shows three bytes of it after a silence', () => {
    const masker = createMasker(['secret-1']);
    expect(push(masker, Buffer.from('a secre')).toString()).toBe('a ');
    expect(masker?.holdsBack()).toBe(true);
    expect(masker?.release().toString()).toBe('sec');
    expect(masker?.release().toString()).toBe('');
    expect(push(masker, Buffer.from('t-1 and a sec')).toString()).toBe('*** and a ');
    expect(push(masker, Buffer.from('ond')).toString()).toBe('second');
    expect(masker?.holdsBack()).toBe(false);
  });

  it('shows a line of a secret of several lines as soon as it stands there', () => {
    const masker = createMasker(['first line\nsecond line\nx']);
    expect(push(masker, Buffer.from('first line\n')).toString()).toBe('***');
    expect(masker?.release().toString()).toBe('\n');
    expect(push(masker, Buffer.from('second line\n')).toString()).toBe('***');
    expect(push(masker, Buffer.from('y')).toString()).toBe('\ny');
  });

  it('takes overlapping secrets for one, and those that only touch for two', () => {
    expect(masked('abcdefghi', ['abcdef', 'defghi'])).toBe('***');
    expect(masked('abcdefabcdef', ['abcdef'])).toBe('******');
    expect(masked('password password123', ['password', 'password123'])).toBe('*** ***');
  });

  it('waits with a line that may still be part of a secret which goes on with the one before', () => {
    const masker = createMasker(['\nsecret\n\n']);
    const shown = ['\nsecret\n\n', 'secret', '\n\n', 'secret', '\n!'].map((part) =>
      push(masker, Buffer.from(part)).toString(),
    );
    expect(shown).toEqual(['***', '', '', '', '***\n!']);
  });

  it('leaves short values alone, counted in characters, and is none when nothing is left', () => {
    expect(createMasker([])).toBeNull();
    expect(createMasker(['', '12345', 'ööö', 'a\nb\nc'.slice(0, 5)])).toBeNull();
    expect(masked('123456', ['123456'])).toBe('***');
  });

  it('does not trip over what is no UTF-8', () => {
    const masker = createMasker(['geheim-ö']);
    const bytes = Buffer.concat([
      Buffer.from([0xff, 0xc3]),
      Buffer.from('geheim-ö'),
      Buffer.from([0xb6]),
    ]);
    const shown = Buffer.concat([push(masker, bytes), masker?.end() ?? Buffer.alloc(0)]);
    expect(shown.toString('latin1')).toBe('\xff\xc3***\xb6');
  });

  it('keeps nothing of the chunk it was given', () => {
    const masker = createMasker(['secret-1']);
    const chunk = Buffer.from('secre');
    push(masker, chunk);
    chunk.fill('x');
    expect(push(masker, Buffer.from('t!')).toString()).toBe('secret!');
  });
});

function masked(text: string, chosen: readonly string[]): string {
  const masker = createMasker(chosen);
  return Buffer.concat([
    push(masker, Buffer.from(text)),
    masker?.end() ?? Buffer.alloc(0),
  ]).toString();
}

/** No masker, nothing masked. */
function push(masker: Masker | null, chunk: Buffer): Buffer {
  return Buffer.from(masker?.push(chunk) ?? chunk);
}

function release(masker: Masker | null): Buffer {
  return Buffer.from(masker?.release() ?? '');
}

function chunksOf(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  let at = 0;
  for (const cut of cuts) {
    chunks.push(bytes.subarray(at, at + cut));
    at += cut;
  }
  return [...chunks, bytes.subarray(at)];
}

/** The definition: a byte is masked when any occurrence of any value covers it; what overlaps is one. */
function maskedAtOnce(text: string, chosen: readonly string[]): string {
  const bytes = Buffer.from(text);
  const all = valuesOf(chosen)
    .flatMap((value) => occurrences(bytes, value).map((at) => [at, at + value.length] as const))
    .toSorted(([one], [other]) => one - other);
  const merged: [number, number][] = [];
  for (const [start, end] of all) {
    const last = merged.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  const pieces: Buffer[] = [];
  let at = 0;
  for (const [start, end] of merged) {
    pieces.push(bytes.subarray(at, start), Buffer.from('***'));
    at = end;
  }
  return Buffer.concat([...pieces, bytes.subarray(at)]).toString();
}

function valuesOf(chosen: readonly string[]): Buffer[] {
  return chosen
    .flatMap((secret) => [secret, ...secret.split('\n')])
    .filter((value) => value.length >= 6)
    .map((value) => Buffer.from(value));
}

function occurrences(bytes: Buffer, value: Buffer): number[] {
  return Array.from(bytes.keys()).filter(
    (at) => Buffer.compare(bytes.subarray(at, at + value.length), value) === 0,
  );
}
