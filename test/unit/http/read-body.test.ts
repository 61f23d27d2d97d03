import { isBoom } from '@hapi/boom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nestedPairs } from '../../../src/http/nested-pairs.ts';
import { readBody } from '../../../src/http/read-body.ts';

const form = 'application/x-www-form-urlencoded';

/** The value, or the status of the refusal. */
function answerOf(body: Buffer, contentType: string | undefined): unknown {
  try {
    return readBody(body, contentType);
  } catch (error) {
    if (!isBoom(error)) throw error;
    return error.output.statusCode;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('readBody', () => {
  it('gives back every value that JSON can say, null as nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const body = Buffer.from(JSON.stringify(value));
        expect(readBody(body, 'application/json')).toEqual(JSON.parse(JSON.stringify(value ?? {})));
      }),
    );
  });

  it('refuses anything else as a Bad Request, whatever it is', () => {
    const text = fc.oneof(fc.string(), fc.json()).map((some) => Buffer.from(some));
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((some) => Buffer.from(some));
    fc.assert(
      fc.property(fc.oneof(text, bytes), (body) => {
        const written = body.toString();
        const isJson = written.trim() === '' || parses(written);
        const isText = Buffer.from(written).equals(body);
        expect(answerOf(body, 'application/json') === 400).toBe(!(isJson && isText));
      }),
      { numRuns: 500 },
    );
    expect(answerOf(Buffer.from('{"a":'), 'application/json')).toBe(400);
    expect(answerOf(Buffer.from([0x22, 0xff, 0x22]), 'application/json')).toBe(400);
    expect(answerOf(Buffer.from('<a/>'), 'text/xml')).toBe(415);
  });

  it('takes JSON that curl -d calls a form, and real forms', () => {
    expect(readBody(Buffer.from(' {"a":"b"}'), form)).toEqual({ a: 'b' });
    expect(readBody(Buffer.from('a=b+c&tags%5B%5D=x'), form)).toEqual({ a: 'b c', tags: ['x'] });
  });
});

describe('nestedPairs', () => {
  it('reads names with brackets as Rails does; of what is named twice the last counts', () => {
    const query = 'a=1&a=2&tags[]=x&tags[]=y&env[K]=V&env[K-2]=&env[K]=W&b[]=1&b=2&c=1&c[]=2';
    expect(nestedPairs(new URLSearchParams(query))).toEqual({
      a: '2',
      tags: ['x', 'y'],
      env: { K: 'W', 'K-2': '' },
      b: '2',
      c: ['2'],
    });
  });

  it('makes properties of names that every object has', () => {
    const read = nestedPairs([
      ['__proto__', 'a'],
      ['env[__proto__]', 'b'],
      ['constructor[x]', 'c'],
    ]);
    expect(Object.keys(read)).toEqual(['__proto__', 'env', 'constructor']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.keys(read['env'] as object)).toEqual(['__proto__']);
  });

  it('keeps every name and value', () => {
    const name = fc.stringMatching(/^[a-z_]{1,8}$/);
    fc.assert(
      fc.property(fc.dictionary(name, fc.string()), (fields) => {
        expect(nestedPairs(new URLSearchParams(fields))).toEqual(fields);
      }),
    );
  });
});
