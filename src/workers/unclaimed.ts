/** Settles what the guardian holds although nobody claims it any more. */
import { bookedUnder } from '../store/executions.ts';
import type { Log } from '../log.ts';
import type { Commands } from '../processes/commands.ts';
import type { Connection } from '../store/database.ts';

type Held = Awaited<ReturnType<Commands['list']>>;

/**
 * A claim is committed before its command is started, so a command that runs without one may run a
 * second time elsewhere already: it is stopped. One that has ended is in the books, only the answer
 * to that commit was lost: it may be forgotten. Twice in a row, for a command may end, and be
 * committed, between the two questions. What was written off is left to `prove-lost` until there is
 * proof: there one look is enough.
 */
export function createUnclaimed({
  db,
  guardian,
  graceMs,
  log,
}: {
  readonly db: Connection;
  readonly guardian: Pick<Commands, 'stop' | 'ack' | 'epoch'>;
  readonly graceMs: number;
  readonly log: Log;
}): (held: Held) => Promise<void> {
  let suspected = new Set<number>();
  return async (held) => {
    const booked =
      held.length === 0
        ? []
        : await bookedUnder(
            db,
            held.map(({ id }) => id),
            guardian.epoch,
          );
    const unsettled = new Set(
      booked
        .filter(({ status, groupEmptyAt }) =>
          status === 'lost' ? groupEmptyAt === null : status === 'claimed',
        )
        .map(({ id }) => id),
    );
    const unclaimed = held.filter(({ id }) => !unsettled.has(id));
    for (const { id, status } of unclaimed) {
      if (!suspected.has(id)) continue;
      if (status === 'ended') guardian.ack(id);
      else {
        log.warn({ executionId: id }, 'a command whose claim is gone is stopped');
        void guardian.stop(id, graceMs).catch((error: unknown) => {
          log.error({ err: error, executionId: id }, 'a command could not be stopped');
        });
      }
    }
    suspected = new Set(unclaimed.map(({ id }) => id));
  };
}
