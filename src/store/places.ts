/** The places of executors as people name them: a host, and a queue where the host has several. */
import type { Connection, Tx } from './database.ts';
import type { ExecutorKind } from './executors.ts';
import type { Deed } from './workers.ts';

export interface Place {
  readonly id: number;
  readonly host: string;
  readonly queue: string;
  readonly kind: ExecutorKind;
  readonly leftAt: Date | null;
  readonly draining: Deed | null;
}

/** The executors of a host, of one queue or of all, locked. */
export async function lockPlaces(tx: Tx, host: string, queue: string | null): Promise<Place[]> {
  const rows = await tx.query<
    Omit<Place, 'draining'> & { drainingAt: Date | null; drainingBy: string | null }
  >(
    `select id, host, queue, kind, left_at, draining_at, draining_by from executors
     where host = $1 and ($2::text is null or queue = $2) order by queue for no key update`,
    [host, queue],
  );
  return rows.map(({ drainingAt: at, drainingBy: by, ...place }) => ({
    ...place,
    draining: at === null ? null : { at, by },
  }));
}

/** How people name an executor; null when it has been forgotten. */
export async function placeNamed(
  on: Connection,
  executorId: number,
): Promise<Pick<Place, 'host' | 'queue'> | null> {
  const [row] = await on.query<Pick<Place, 'host' | 'queue'>>(
    'select host, queue from executors where id = $1',
    [executorId],
  );
  return row ?? null;
}

/** `host:queue` of some that there are, for whoever has named another. */
export async function somePlaces(on: Connection, limit: number): Promise<string[]> {
  const rows = await on.query<{ name: string }>(
    `select host || ':' || queue as name from executors where left_at is null
     order by host, queue limit $1`,
    [limit],
  );
  return rows.map(({ name }) => name);
}

/** It takes nothing new from now on. */
export async function markDraining(tx: Tx, executorId: number, by: string): Promise<void> {
  await tx.query(
    'update executors set draining_at = clock_timestamp(), draining_by = $2 where id = $1',
    [executorId, by],
  );
}

/** Wakes its workers: there may be work that has waited. */
export async function markUndrained(tx: Tx, executorId: number): Promise<void> {
  await tx.query(
    `with undrained as (
       update executors set draining_at = null, draining_by = null where id = $1 returning queue)
     select pg_notify('kuroko_work', queue)::text from undrained`,
    [executorId],
  );
}

/** It is to be drained, and holds nothing any more. */
export async function isDrained(on: Connection, executorId: number): Promise<boolean> {
  const [row] = await on.query<{ drained: boolean }>(
    {
      name: 'is-drained',
      text: `select exists (
        select from executors x where x.id = $1 and x.draining_at is not null and not exists (
          select from workers w join executions e on e.worker_id = w.id
          where w.executor_id = x.id and e.status = 'claimed')) as drained`,
    },
    [executorId],
  );
  return row?.drained ?? false;
}

/** After so long nobody expects an executor to come back. */
const forgottenAfter = '1 day';

/** Removes some that left, or went away, long ago and hold nothing; returns `host:queue` of each. */
export async function forgetPlaces(on: Connection, limit: number): Promise<string[]> {
  const rows = await on.query<{ name: string }>(
    `delete from executors where id in (
       select x.id from executors x
       where coalesce(x.left_at, x.beat_at) < clock_timestamp() - interval '${forgottenAfter}'
         and not exists (select from workers w join executions e on e.worker_id = w.id
                         where w.executor_id = x.id and e.status = 'claimed')
       order by x.id limit $1 for update of x skip locked)
     returning host || ':' || queue as name`,
    [limit],
  );
  return rows.map(({ name }) => name);
}
