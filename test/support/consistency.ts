/** What must hold between the tables at any moment, recomputed from the rows themselves. */
import type { Connection } from '../../src/store/database.ts';

/** Sentences; empty when all is consistent. */
export async function inconsistencies(db: Connection): Promise<string[]> {
  const rows = await db.query<{ problem: string }>(`
    with counted as (
      select i.id, i.status, i.active_tokens, i.failed_tokens, i.prevented_by,
        count(t.id) filter (where t.status in ('working', 'waiting', 'failure')) as active,
        count(t.id) filter (where t.status = 'failure') as failed,
        count(t.id) filter (where t.status = 'finished') as finished,
        count(t.id) filter (where t.status in ('canceled', 'critical')) as ended
      from instances i left join tokens t on t.instance_id = i.id group by i.id)
    select format('#%s counts %s active and %s failed tokens, has %s and %s',
      id, active_tokens, failed_tokens, active, failed) as problem
    from counted where active_tokens <> active or failed_tokens <> failed
    union all
    select format('#%s is %s with %s active and %s failed tokens', id, status, active, failed)
    from counted where status::text <> case
      when active > 0 and failed > 0 then 'error' when active > 0 then 'working'
      when finished > 0 and ended = 0 then 'success' else 'canceled' end
    union all
    select format('#%s is %s, finished %s, canceled %s, in error since %s',
      id, status, finished_at, canceled_at, error_at)
    from instances where (status = 'success') <> (finished_at is not null)
      or (status = 'canceled') <> (canceled_at is not null)
      or status = 'error' and error_at is null
    union all
    select format('token %s of #%s works without an execution', t.id, t.instance_id)
    from tokens t where t.status = 'working' and t.wake_at is null and not exists (
      select from executions e where e.token_id = t.id and e.status in ('pending', 'claimed'))
    union all
    select format('token %s of #%s is %s and would be woken', id, instance_id, status)
    from tokens where wake_at is not null and status not in ('working', 'waiting')
    union all
    select format('token %s counts %s open branches, has %s', t.id, t.open_children, count(c.id))
    from tokens t left join tokens c on c.parent_id = t.id and c.status <> 'finished'
    where t.status not in ('canceled', 'critical')
    group by t.id having t.open_children <> count(c.id)
    union all
    select format('execution %s is %s for a token that is %s at %s', e.id, e.status, t.status, t.path)
    from executions e join tokens t on t.id = e.token_id
    where e.status = 'pending' and (t.status <> 'working' or t.path <> e.path)
       or e.status = 'claimed' and e.stop_requested_at is null
          and (t.status <> 'working' or t.path <> e.path)
    union all
    select format('token %s has %s open executions', token_id, count(*)) from executions
    where status in ('pending', 'claimed') and stop_requested_at is null
    group by token_id having count(*) > 1`);
  return rows.map(({ problem }) => problem);
}
