/**
 * Deletes what is old, a batch at a time. Each walks along the primary key from where the last batch
 * ended: ids grow with time, so that it ends at the first row that is young, and no index is needed
 * of when rows ended. What is kept on the way - instances that are open - are few.
 */
import type { Tx } from './database.ts';

export interface Batch {
  /** Rows that were dealt with. */
  readonly done: number;
  /** Where the next one begins. */
  readonly position: number;
  /** There may be others. */
  readonly more: boolean;
}

/** With all that is theirs. Who is locked is in use: it is left to the next time. */
export function deleteOldInstances(tx: Tx, after: number, days: number): Promise<Batch> {
  return batch(
    tx,
    `with page as (
       select id, created_at from instances where id > $1 order by id limit 100
     ), old as (
       select id from instances
       where id in (select id from page) and status in ('success', 'canceled')
         and coalesce(finished_at, canceled_at) < now() - make_interval(days => $2)
       order by id for update skip locked
     ), gone as (
       delete from instances where id in (select id from old) returning 1
     )`,
    [after, days],
  );
}

/** With what they wrote; those of instances that are open are evidence, and stay. */
export function deleteOldExecutions(tx: Tx, after: number, days: number): Promise<Batch> {
  return batch(
    tx,
    `with page as (
       select id, created_at from executions where id > $1 order by id limit 500
     ), old as (
       select e.id from executions e join instances i on i.id = e.instance_id
       where e.id in (select id from page) and e.status not in ('pending', 'claimed')
         and coalesce(e.finished_at, e.created_at) < now() - make_interval(days => $2)
         and i.status in ('success', 'canceled')
       order by e.id for update of e skip locked
     ), gone as (
       delete from executions where id in (select id from old) returning 1
     )`,
    [after, days],
  );
}

/** What was sent elsewhere, or could not be, with each time that it was tried. The oldest first. */
export async function deleteOldDeliveries(
  tx: Tx,
  days: number,
): Promise<{ readonly more: boolean }> {
  const limit = 500;
  const gone = await tx.query(
    `with page as (
       select id, created_at from deliveries order by id limit $1
     )
     delete from deliveries where id in (
       select id from page where created_at < now() - make_interval(days => $2))
     returning 1`,
    [limit, days],
  );
  return { more: gone.length === limit };
}

/** `parts` name the rows that were looked at `page`, and those that were deleted `gone`. */
async function batch(tx: Tx, parts: string, values: readonly [number, number]): Promise<Batch> {
  const [row] = await tx.query<Batch>(
    `${parts}
     select (select count(*) from gone) as done,
       coalesce((select max(id) from page), $1) as position,
       coalesce((select created_at < now() - make_interval(days => $2)
         from page order by id desc limit 1), false) as more`,
    values,
  );
  if (row === undefined) throw new Error('a batch returned no row');
  return row;
}
