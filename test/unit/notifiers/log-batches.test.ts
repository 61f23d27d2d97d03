import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchLimits, logBatches, type LogEvent } from '../../../src/notifiers/log-batches.ts';

const times = (count: number, event: (index: number) => LogEvent): LogEvent[] =>
  Array.from({ length: count }, (_, index) => event(index));
const sizes = (batches: LogEvent[][]): number[] => batches.map(({ length }) => length);

it('puts what fits into one', () => {
  expect(logBatches([])).toEqual([]);
  expect(sizes(logBatches(times(10_000, (timestamp) => ({ timestamp, message: 'x' }))))).toEqual([
    10_000,
  ]);
});

it('begins another after 10,000 events', () => {
  expect(sizes(logBatches(times(10_001, (timestamp) => ({ timestamp, message: 'x' }))))).toEqual([
    10_000, 1,
  ]);
});

it('begins another after 1,048,576 bytes, counted in UTF-8 with 26 for each event', () => {
  const message = 'é'.repeat((batchLimits.bytes / 4 - batchLimits.overhead) / 2);
  expect(sizes(logBatches(times(5, (timestamp) => ({ timestamp, message }))))).toEqual([4, 1]);
});

it('begins another after 24 hours', () => {
  const hour = 3_600_000;
  const events = times(49, (index) => ({ timestamp: index * hour, message: 'x' }));
  expect(sizes(logBatches(events))).toEqual([24, 24, 1]);
});

it('loses and reorders nothing', () => {
  const events = fc.array(
    fc.record({ timestamp: fc.nat(10 ** 9), message: fc.string({ maxLength: 200_000 }) }),
  );
  fc.assert(
    fc.property(events, (unsorted) => {
      const given = unsorted.toSorted((one, other) => one.timestamp - other.timestamp);
      expect(logBatches(given).flat()).toEqual(given);
    }),
    { numRuns: 30 },
  );
});
