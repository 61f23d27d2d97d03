/** Reminders of instances that nobody has dealt with. */
import type { Batch } from './old-rows.ts';
import type { Tx } from './database.ts';

/** Tells once more of those that have been in ERROR for so many hours; each time it is asked. */
export async function insertReminders(tx: Tx, after: number, hours: number): Promise<Batch> {
  const [row] = await tx.query<Batch>(
    `with page as (
       select id, error_at from instances where status = 'error' and id > $1 order by id limit 500
     ), told as (
       insert into outbox (target, event, instance_id, attempt, payload)
       select 'slack', 'reminder', id, (select count(*) from outbox o
         where o.instance_id = page.id and o.event = 'reminder'), '{"message":null}'
       from page where error_at < now() - make_interval(hours => $2)
       order by id returning 1
     )
     select (select count(*) from told) as done, coalesce((select max(id) from page), $1) as position,
       (select count(*) from page) = 500 as more,
       pg_notify('kuroko_outbox', '')::text`,
    [after, hours],
  );
  if (row === undefined) throw new Error('a batch returned no row');
  return row;
}
