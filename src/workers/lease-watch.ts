/**
 * Decides which executors have fallen silent: their heartbeat stood still for the whole lease
 * while the watcher saw the database all the time. A database outage therefore ends no lease.
 */
import type { Executor } from '../store/executors.ts';

export interface LeaseWatch {
  /** Those of a fresh reading, but for one's own, whose lease has run out. */
  silent(seen: readonly Executor[], ownId: number): Executor[];
  /** The database could not be seen: every lease begins anew. */
  interrupted(): void;
}

const leaseMs = 30_000;
/** Readings further apart than this leave a gap in what was seen. */
const gapMs = 10_000;

/** `now` is a monotonic clock in milliseconds. */
export function createLeaseWatch(now: () => number): LeaseWatch {
  let since = new Map<number, { epoch: string; heartbeat: number; at: number }>();
  let lastReading = -Infinity;
  return {
    silent(seen, ownId) {
      const at = now();
      if (at - lastReading > gapMs) since.clear();
      lastReading = at;
      since = new Map(
        seen.map(({ id, epoch, heartbeat }) => {
          const before = since.get(id);
          const same = before?.epoch === epoch && before.heartbeat === heartbeat;
          return [id, same ? before : { epoch, heartbeat, at }];
        }),
      );
      return seen.filter(({ id }) => id !== ownId && at - (since.get(id)?.at ?? at) >= leaseMs);
    },
    interrupted: () => since.clear(),
  };
}
