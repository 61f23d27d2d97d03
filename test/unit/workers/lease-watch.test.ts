import { describe, expect, it } from 'vitest';
import { createLeaseWatch } from '../../../src/workers/lease-watch.ts';

/** A watch whose clock a test sets, and readings of one executor that beats or does not. */
function watching() {
  let now = 0;
  const watch = createLeaseWatch(() => now);
  return {
    interrupted: () => watch.interrupted(),
    /** The ids found silent at a second, the heartbeat being what is given. */
    at: (seconds: number, heartbeat: number, epoch = 'e1') => {
      now = seconds * 1_000;
      const seen = [{ id: 7, host: 'h', queue: '@default', epoch, heartbeat }];
      return watch.silent(seen, 1).map(({ id }) => id);
    },
  };
}
const seconds = (from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / 3) + 1 }, (_, index) => from + index * 3);

describe('an executor', () => {
  it('is silent once its heartbeat has stood still for 30 s under our eyes', () => {
    const { at } = watching();
    for (const second of seconds(0, 27)) expect(at(second, 5)).toEqual([]);
    expect(at(30, 5)).toEqual([7]);
  });

  it('is not while it beats', () => {
    const { at } = watching();
    for (const second of seconds(0, 300)) expect(at(second, second)).toEqual([]);
  });

  it('is not when the database could not be seen meanwhile: an outage ends no lease', () => {
    const { at, interrupted } = watching();
    for (const second of seconds(0, 27)) at(second, 5);
    interrupted();
    for (const second of seconds(30, 57)) expect(at(second, 5)).toEqual([]);
    expect(at(60, 5)).toEqual([7]);
  });

  it('is not when we were asleep ourselves: a gap in the readings begins anew', () => {
    const { at } = watching();
    at(0, 5);
    at(3, 5);
    expect(at(600, 5)).toEqual([]);
    for (const second of seconds(603, 627)) expect(at(second, 5)).toEqual([]);
    expect(at(630, 5)).toEqual([7]);
  });

  it('is not when another process has taken its place, nor when it is our own', () => {
    const { at } = watching();
    for (const second of seconds(0, 27)) at(second, 5);
    expect(at(30, 5, 'e2')).toEqual([]);
    const own = createLeaseWatch(() => 0);
    const mine = [{ id: 1, host: 'h', queue: '@default', epoch: 'e', heartbeat: 1 }];
    expect(own.silent(mine, 1)).toEqual([]);
  });
});
