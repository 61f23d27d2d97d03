import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLeaseWatch, leaseMs, watchEveryMs } from '../../../src/workers/lease-watch.ts';

/** Readings of one executor that beats or does not, each answered at once. */
function watching() {
  const watch = createLeaseWatch();
  return {
    interrupted: () => watch.interrupted(),
    /** The ids found silent at a second, the heartbeat being what is given. */
    at: (second: number, heartbeat: number, epoch = 'e1') => {
      const [asked, answered] = [second * 1_000, second * 1_000];
      const seen = [{ id: 7, epoch, heartbeat }];
      return watch.silent({ seen, asked, answered }, 1).map(({ id }) => id);
    },
  };
}
const seconds = (from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / 2) + 1 }, (_, index) => from + index * 2);

describe('an executor', () => {
  it('is silent once its heartbeat has stood still for 23 s under our eyes', () => {
    const { at } = watching();
    for (const second of seconds(0, 22)) expect(at(second, 5)).toEqual([]);
    expect(at(23, 5)).toEqual([7]);
  });

  it('is not while it beats', () => {
    const { at } = watching();
    for (const second of seconds(0, 300)) expect(at(second, second)).toEqual([]);
  });

  it('is not when the database could not be seen meanwhile: an outage ends no lease', () => {
    const { at, interrupted } = watching();
    for (const second of seconds(0, 22)) at(second, 5);
    interrupted();
    for (const second of seconds(24, 46)) expect(at(second, 5)).toEqual([]);
    expect(at(47, 5)).toEqual([7]);
  });

  it('is not when we were asleep ourselves: a gap in the readings begins anew', () => {
    const { at } = watching();
    at(0, 5);
    at(2, 5);
    expect(at(600, 5)).toEqual([]);
    for (const second of seconds(602, 622)) expect(at(second, 5)).toEqual([]);
    expect(at(623, 5)).toEqual([7]);
  });

  it('is not when the answers took so long that nobody knows what they show', () => {
    const watch = createLeaseWatch();
    const seen = [{ id: 7, epoch: 'e1', heartbeat: 5 }];
    const look = (asked: number, answered: number) =>
      watch.silent({ seen, asked: asked * 1_000, answered: answered * 1_000 }, 1);
    look(0, 0);
    // Stopped between question and answer: the rows are of the second 2, not of the second 30.
    expect(look(2, 30)).toEqual([]);
    expect(look(32, 32)).toEqual([]);
    // Slow, but within what is bearable: counted from the end of the first to the start of the last.
    for (const second of seconds(34, 52)) expect(look(second, second + 3)).toEqual([]);
    expect(look(55, 58)).toEqual([{ id: 7, epoch: 'e1', heartbeat: 5 }]);
  });

  it('is not when another process has taken its place, nor when it is our own', () => {
    const { at } = watching();
    for (const second of seconds(0, 22)) at(second, 5);
    expect(at(23, 5, 'e2')).toEqual([]);
    const own = createLeaseWatch();
    const seen = [{ id: 1, epoch: 'e', heartbeat: 1 }];
    own.silent({ seen, asked: 0, answered: 0 }, 1);
    for (const second of seconds(2, 60)) {
      const [asked, answered] = [second * 1_000, second * 1_000];
      expect(own.silent({ seen, asked, answered }, 1)).toEqual([]);
    }
  });
});

describe('under a simulated clock', () => {
  /** Stretches in which something does not happen: [from, length] in seconds of a run of 300. */
  const pauses = (longest: number) =>
    fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: longest })), {
      maxLength: 4,
    });
  type Pauses = readonly (readonly [number, number])[];
  const within = (pausing: Pauses, ms: number) =>
    pausing.some(([from, length]) => ms >= from * 1_000 && ms < (from + length) * 1_000);
  const endOf = (pausing: Pauses, ms: number): number => {
    let at = ms;
    while (within(pausing, at)) at += 100;
    return at;
  };

  /** Runs 300 s; returns when it was found silent (ms), and when it beat. */
  function run({
    outages,
    watcherStops,
    executorStops,
    diesAt,
    latency,
  }: {
    readonly outages: Pauses;
    readonly watcherStops: Pauses;
    readonly executorStops: Pauses;
    readonly diesAt: number;
    readonly latency: number;
  }) {
    const beats: number[] = [];
    for (let at = 0; at < Math.min(300_000, diesAt); at += 1_000) {
      if (!within(outages, at) && !within(executorStops, at)) beats.push(at);
    }
    const watch = createLeaseWatch();
    const found: number[] = [];
    for (let asked = 0; asked < 300_000; asked += watchEveryMs) {
      asked = endOf(watcherStops, asked);
      const looked = asked + latency;
      if (within(outages, looked)) {
        watch.interrupted();
        continue;
      }
      // Stopped while the answer was on its way, it reads it when it goes on.
      const answered = endOf(watcherStops, looked + latency);
      const heartbeat = beats.filter((beat) => beat <= looked).length;
      const seen = [{ id: 7, epoch: 'e', heartbeat }];
      if (watch.silent({ seen, asked, answered }, 1).length > 0) found.push(looked);
      asked = Math.max(asked, answered);
    }
    return { found, beats };
  }

  it('nobody is found silent who has beaten within a lease, whatever was stopped or out of reach', () => {
    const worlds = fc.record({
      outages: pauses(60),
      watcherStops: pauses(120),
      executorStops: pauses(60),
      diesAt: fc.integer({ min: 0, max: 300_000 }),
      latency: fc.integer({ min: 0, max: 3_000 }),
    });
    fc.assert(
      fc.property(worlds, (world) => {
        const { found, beats } = run(world);
        for (const at of found) {
          expect(beats.filter((beat) => beat > at - leaseMs && beat <= at)).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('nobody is found silent who is stopped for 20 s at most while the database is there', () => {
    const stop = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(stop, pauses(120), fc.integer({ min: 0, max: 500 }), (length, stops, latency) => {
        const executorStops = [[100, length]] as const;
        const world = { outages: [], watcherStops: stops, executorStops, latency };
        expect(run({ ...world, diesAt: Infinity }).found).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('whoever is dead is found within 26 s', () => {
    const moments = fc.integer({ min: 0, max: 250_000 });
    fc.assert(
      fc.property(moments, fc.integer({ min: 0, max: 200 }), (diesAt, latency) => {
        const whole = { outages: [], watcherStops: [], executorStops: [] };
        const { found } = run({ ...whole, diesAt, latency });
        expect(found[0]).toBeGreaterThan(diesAt);
        expect(found[0]).toBeLessThanOrEqual(diesAt + 26_000);
      }),
    );
  });
});
