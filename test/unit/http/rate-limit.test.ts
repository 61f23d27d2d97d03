import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRateLimit } from '../../../src/http/rate-limit.ts';

it('lets a burst pass, then so many a second, for each client by itself', () => {
  let now = 0;
  const waitOf = createRateLimit({ perSecond: 2, burst: 3 }, () => now);
  expect(['a', 'a', 'a', 'a', 'b'].map(waitOf)).toEqual([0, 0, 0, 1, 0]);
  now += 400;
  expect(waitOf('a')).toBe(1);
  now += 100;
  expect([waitOf('a'), waitOf('a')]).toEqual([0, 1]);
  now += 3_600_000;
  expect(['a', 'a', 'a', 'a'].map(waitOf)).toEqual([0, 0, 0, 1]);
});

it('never lets more pass than it says, and whoever waits as long as told is let in', () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 200 });
  const rate = fc.record({
    perSecond: fc.double({ min: 0.1, max: 50, noNaN: true }),
    burst: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(rate, pauses, ({ perSecond, burst }, steps) => {
      let now = 0;
      let passed = 0;
      const waitOf = createRateLimit({ perSecond, burst }, () => now);
      for (const step of steps) {
        now += step;
        const wait = waitOf('a');
        now += wait * 1_000;
        expect(wait === 0 || waitOf('a') === 0).toBe(true);
        passed += 1;
      }
      expect(passed).toBeLessThanOrEqual(burst + (now / 1_000) * perSecond + 1e-6);
    }),
  );
});
