/** When the clocks of a zone are changed in a year, found by asking what they show. */
import type { Minute } from './minute.ts';

/** Minutes by which the clocks of a zone are ahead of UTC at a moment. */
export type OffsetAt = (minute: Minute) => number;

export interface ClockChange {
  /** The first minute with the new offset. */
  readonly at: Minute;
  readonly before: number;
  readonly after: number;
}

/** The changes in [from, to), ascending: a look every six days, then bisection. */
export function clockChanges(offsetAt: OffsetAt, from: Minute, to: Minute): ClockChange[] {
  const changes: ClockChange[] = [];
  let seen = from - 1;
  let before = offsetAt(seen);
  while (seen < to - 1) {
    const next = Math.min(seen + stride, to - 1);
    const after = offsetAt(next);
    if (after !== before) changes.push({ at: changeWithin(offsetAt, seen, next), before, after });
    [seen, before] = [next, after];
  }
  return changes;
}

/**
 * Six days: since 1970 no zone has changed its clocks twice within less (the shortest time between two
 * changes of the offset in tzdata 2025c is 6.96 days: Recife in 2000, Gaza in 2040).
 */
const stride = 6 * 1440;

/** The first minute that is not as `from` was. */
function changeWithin(offsetAt: OffsetAt, from: Minute, to: Minute): Minute {
  const before = offsetAt(from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
