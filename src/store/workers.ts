/** Workers as people see to them: suspended and resumed, by number. */
import type { Tx } from './database.ts';

/** What somebody has done, and when; null where nobody is known to have. */
export interface Deed {
  readonly by: string | null;
  readonly at: Date | null;
}

export interface LockedWorker {
  readonly id: number;
  readonly suspended: boolean;
  /** Who suspended or resumed it last. */
  readonly last: Deed;
}

/** Null when there is no worker of that number. */
export async function lockWorker(
  tx: Tx,
  executorId: number,
  number: number,
): Promise<LockedWorker | null> {
  const [row] = await tx.query<Deed & { id: number; suspended: boolean }>(
    `select id, suspended, suspension_at as at, suspension_by as by
     from workers where executor_id = $1 and number = $2 for no key update`,
    [executorId, number],
  );
  if (row === undefined) return null;
  const { id, suspended, at, by } = row;
  return { id, suspended, last: { by, at } };
}

/** It goes on with what it runs, and takes nothing new. */
export async function markSuspended(tx: Tx, workerId: number, by: string): Promise<void> {
  await tx.query(
    `update workers set suspended = true, suspension_at = clock_timestamp(), suspension_by = $2
     where id = $1`,
    [workerId, by],
  );
}

/** Wakes it: there may be work that has waited. */
export async function markResumed(tx: Tx, workerId: number, by: string): Promise<void> {
  await tx.query(
    `with resumed as (
       update workers set suspended = false, suspension_at = clock_timestamp(), suspension_by = $2
       where id = $1 returning executor_id)
     select pg_notify('kuroko_work', x.queue)::text
     from resumed join executors x on x.id = resumed.executor_id`,
    [workerId, by],
  );
}
