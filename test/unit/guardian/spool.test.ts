/** What is held of an output: compared with the plain way of keeping all of it. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSpool } from '../../../src/guardian/spool.ts';

describe('a spool', () => {
  it('holds the first and the last half of its cap, however the output was cut into chunks', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 64 }), chunks, (cap, written) => {
        const spool = createSpool(cap);
        for (const chunk of written) spool.write(Buffer.from(chunk));
        const whole = Buffer.concat(written);
        const head = Math.ceil(cap / 2);
        expect(spool.size()).toBe(whole.length);
        for (let from = 0; from <= whole.length; from += 1) {
          const inHead = from < Math.min(head, whole.length);
          const start = inHead
            ? from
            : Math.max(from, Math.min(whole.length, head), whole.length - (cap - head));
          const end = inHead ? head : undefined;
          const { from: given, data } = spool.read(from, Number.MAX_SAFE_INTEGER);
          expect(given).toBe(start);
          expect(Buffer.compare(data, whole.subarray(start, end))).toBe(0);
        }
      }),
    );
  });

  it('can be read piece by piece to its end', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 9 }), (written, max) => {
        const spool = createSpool(10_000);
        for (const chunk of written) spool.write(Buffer.from(chunk));
        const pieces: Buffer[] = [];
        for (let from = 0; from < spool.size();) {
          const { data } = spool.read(from, max);
          expect(data.length).toBeGreaterThan(0);
          pieces.push(Buffer.from(data));
          from += data.length;
        }
        expect(Buffer.compare(Buffer.concat(pieces), Buffer.concat(written))).toBe(0);
      }),
    );
  });

  it('keeps nothing of the chunk it was given', () => {
    const spool = createSpool(100);
    const chunk = Buffer.from('abc');
    spool.write(chunk);
    chunk.fill('x');
    expect(spool.read(0, 10).data.toString()).toBe('abc');
  });
});
