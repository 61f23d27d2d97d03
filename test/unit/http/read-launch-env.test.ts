import { isBoom } from '@hapi/boom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLaunchEnv } from '../../../src/http/read-launch-env.ts';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);
const value = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));

/** The environment, or the status of the refusal. */
function answerOf(body: Buffer, contentType: string | undefined): Record<string, string> | number {
  try {
    return { ...readLaunchEnv(body, contentType) };
  } catch (error) {
    if (!isBoom(error)) throw error;
    return error.output.statusCode;
  }
}

describe('readLaunchEnv', () => {
  it('gives back every environment that a process can have', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value), (env) => {
        const body = Buffer.from(JSON.stringify({ env }));
        expect({ ...readLaunchEnv(body, 'application/json') }).toEqual({ ...env });
      }),
    );
  });

  it('refuses anything else as a Bad Request, whatever it is', () => {
    const body = fc.oneof(
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`{"env":${text}}`)),
      fc.dictionary(fc.string(), fc.jsonValue()).map((env) => Buffer.from(JSON.stringify({ env }))),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    const type = fc.constantFrom(
      undefined,
      'application/json',
      'application/x-www-form-urlencoded',
    );
    fc.assert(
      fc.property(body, type, (bytes, contentType) => {
        const answer = answerOf(bytes, contentType);
        const isFine =
          answer === 400 ||
          Object.entries(answer).every(
            ([key, text]) =>
              /^[A-Za-z_]\w*$/.test(key) && typeof text === 'string' && !text.includes('\0'),
          );
        expect(isFine).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
