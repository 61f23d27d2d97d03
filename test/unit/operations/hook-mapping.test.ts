/** Which values of a body become environment variables, and what a body can not do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mappedEnv, readMapping } from '../../../src/operations/hook-mapping.ts';

function problemsOf(...pairs: string[]): readonly string[] {
  const read = readMapping(pairs);
  return read.ok ? [] : read.problems;
}

/** What the body is turned into, or what is wrong with it. */
function mapped(mapping: Record<string, string>, body: unknown) {
  const result = mappedEnv(mapping, body);
  return result.ok ? result.env : result.problems;
}

describe('a mapping', () => {
  it('is written as names with places', () => {
    expect(readMapping(['GIT_REF=ref', 'COMMIT=/head_commit/id', '_a1=x=y'])).toEqual({
      ok: true,
      mapping: { GIT_REF: 'ref', COMMIT: '/head_commit/id', _a1: 'x=y' },
    });
    expect(readMapping([])).toEqual({ ok: true, mapping: {} });
    expect(problemsOf('A=/~01/a~1b', `${'A'.repeat(100)}=a`, '__proto__=a')).toEqual([]);
  });

  it('is refused with everything that is wrong', () => {
    expect(
      problemsOf('1A=a', 'A', 'B=', 'C=/a~2', 'D=a\nb', 'A-B=a', 'É=a', `${'A'.repeat(101)}=a`),
    ).toHaveLength(8);
    expect(problemsOf('A=a', 'A=b')).toEqual(['A variable is there twice.']);
    expect(problemsOf(`A=${'a'.repeat(201)}`)).toHaveLength(1);
    expect(problemsOf(...Array.from({ length: 51 }, (_, n) => `A${n}=a`))).toHaveLength(1);
    expect(problemsOf(...Array.from({ length: 50 }, (_, n) => `A${n}=a`))).toEqual([]);
  });
});

describe('a body', () => {
  it('gives texts, numbers, true and false, by both kinds of places', () => {
    const body = {
      ref: 'refs/heads/main; $(rm -rf /)\n"',
      head_commit: { id: 'abc', 'a/b': { 'm~n': 1.5 } },
      commits: [{ n: -7 }, { n: 0 }],
      forced: false,
      '': { '': 'empty' },
      'a.b': 1,
    };
    expect(
      mapped(
        {
          A: 'ref',
          B: '/head_commit/id',
          C: 'head_commit.id',
          D: '/head_commit/a~1b/m~0n',
          E: 'commits.0.n',
          F: '/commits/1/n',
          G: 'forced',
          H: '//',
          I: '/a.b',
        },
        body,
      ),
    ).toEqual({
      A: body.ref,
      B: 'abc',
      C: 'abc',
      D: '1.5',
      E: '-7',
      F: '0',
      G: 'false',
      H: 'empty',
      I: '1',
    });
  });

  it('is refused with every value that cannot be one', () => {
    const body = JSON.parse(
      '{"a":null,"b":{},"c":[],"d":"x\\u0000y","e":"\\ud800","f":12345678901234567890,"g":1e999,"h":9007199254740991}',
    ) as unknown;
    const all = Object.fromEntries('abcdefghi'.split('').map((key) => [key.toUpperCase(), key]));
    expect(mapped(all, body)).toEqual([
      'a: must be a text, a number, true or false.',
      'b: must be a text, a number, true or false.',
      'c: must be a text, a number, true or false.',
      'd: must not contain NUL.',
      'e: is not valid Unicode.',
      'f: is a number that would lose digits: send it as a text.',
      'g: is a number that would lose digits: send it as a text.',
      'i: is missing.',
    ]);
    expect(mapped({ A: 'a' }, { a: 'x'.repeat(16_385) })).toEqual([
      'a: is longer than 16384 bytes.',
    ]);
    expect(mapped({ A: 'a' }, { a: 'x'.repeat(16_384) })).toEqual({ A: 'x'.repeat(16_384) });
  });

  it('holds only what it says itself', () => {
    for (const body of [{}, [], 'text', 7, null, true]) {
      for (const place of ['constructor.name', 'length', '/__proto__/x', 'toString', '-', '0']) {
        expect(mapped({ A: place }, body)).toEqual([`${place}: is missing.`]);
      }
    }
    const own = JSON.parse('{"__proto__":{"x":"own"},"constructor":"text"}') as unknown;
    expect(mapped({ A: '__proto__.x', B: 'constructor' }, own)).toEqual({ A: 'own', B: 'text' });
    expect(({} as { x?: string }).x).toBeUndefined();
    expect(mapped({ A: '/0' }, ['first'])).toEqual({ A: 'first' });
    expect(mapped({ A: '/00' }, ['first'])).toEqual(['/00: is missing.']);
  });

  it('never makes it throw, however it is built', () => {
    const deep = `${'['.repeat(10_000)}1${']'.repeat(10_000)}`;
    expect(mapped({ A: '/0/0/0' }, JSON.parse(deep))).toHaveLength(1);
    expect(mapped({ A: '/a' }, { a: { toString: 1 } })).toHaveLength(1);
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ minLength: 1 }), (body, place) => {
        const result = mappedEnv({ A: place }, body);
        const shape = result.ok ? Object.values(result.env) : result.problems;
        expect(shape.map((one) => typeof one)).toEqual(['string']);
      }),
    );
  });
});
