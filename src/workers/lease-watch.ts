/**
 * Decides which executors have fallen silent: their heartbeat stood still for a whole lease while
 * the watcher saw the database all the time. Neither an outage of the database nor a watcher that
 * was stopped itself ends a lease.
 */
import type { Executor } from '../store/executors.ts';

/** What was read, and when: milliseconds of one monotonic clock. */
export interface Reading<Seen extends Pick<Executor, 'id' | 'epoch' | 'heartbeat'>> {
  readonly seen: readonly Seen[];
  /** The database looked at its rows somewhere between these two. */
  readonly asked: number;
  readonly answered: number;
}

export interface LeaseWatch {
  /** Those of a fresh reading, but for one's own, whose lease has run out. */
  silent<Seen extends Pick<Executor, 'id' | 'epoch' | 'heartbeat'>>(
    reading: Reading<Seen>,
    ownId: number,
  ): Seen[];
  /** The database could not be seen: every lease begins anew. */
  interrupted(): void;
}

/**
 * With a beat and a look a second, a dead host is noticed after 25 s, and within 30 s on a machine
 * that is so busy that looks come late; a process that was stopped, or blocked, for 20 s loses nothing.
 */
export const leaseMs = 23_000;
export const watchEveryMs = 1_000;
/** Readings further apart than this leave a gap in which nobody could have seen a beat. */
const gapMs = 6_000;

export function createLeaseWatch(): LeaseWatch {
  let since = new Map<number, { epoch: string; heartbeat: number; from: number }>();
  let lastAsked = -Infinity;
  return {
    silent({ seen, asked, answered }, ownId) {
      // The two looks were this far apart at most, wherever between question and answer they were.
      if (answered - lastAsked > gapMs) since.clear();
      lastAsked = asked;
      since = new Map(
        seen.map(({ id, epoch, heartbeat }) => {
          const before = since.get(id);
          const same = before?.epoch === epoch && before.heartbeat === heartbeat;
          return [id, same ? before : { epoch, heartbeat, from: answered }];
        }),
      );
      // From the latest moment of the first look to the earliest of this one.
      return seen.filter(
        ({ id }) => id !== ownId && asked - (since.get(id)?.from ?? asked) >= leaseMs,
      );
    },
    interrupted: () => since.clear(),
  };
}
