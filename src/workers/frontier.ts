/**
 * Where the workers of an executor look for the oldest pending execution of their queue. Until a vacuum
 * its index still holds all that were taken before, and to walk over a hundred thousand of these takes
 * longer than all else of a claim: so while one is taken after the other they look from the last on.
 *
 * An older one may come up: its launch was committed late, it was given back, whoever held it was cut
 * off. So the first look of each second begins at the start, and so does the one after a look in vain.
 */
export interface Frontier {
  /** The id to look from; 0: the whole queue. */
  from(): number;
  /** What a look from there has found; null: nothing. Several may be under way. */
  found(executionId: number | null, from: number): void;
  /** Something may have been given back. */
  reset(): void;
}

const wholeEveryMs = 1_000;

/** @param now milliseconds of a clock that only goes forward */
export function createFrontier(now: () => number = () => performance.now()): Frontier {
  let last = 0;
  let inARow = 0;
  let wholeAt = Number.NEGATIVE_INFINITY;
  const reset = (): void => {
    last = 0;
    inARow = 0;
  };
  return {
    // After one there is often none: it would be looked for twice.
    from: () => (inARow > 1 && now() - wholeAt < wholeEveryMs ? last : 0),
    found(executionId, from) {
      if (executionId === null) return reset();
      inARow += 1;
      // All that a look has shown is that there is none between where it began and what it found.
      if (from === 0) {
        wholeAt = now();
        last = executionId;
      } else if (from <= last) {
        last = Math.max(last, executionId);
      }
    },
    reset,
  };
}
