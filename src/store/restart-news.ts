/** What became of restarts that were asked for in Slack: read from the audit, where each wish has its key. */
import type { Tx } from './database.ts';

export interface RestartNews {
  /** Of the wish. */
  readonly requestKey: string;
  readonly host: string;
  readonly queue: string;
  /** Slack user id and name of whoever asked, and the channel it was asked in. */
  readonly actorId: string;
  readonly actorName: string;
  readonly place: string | null;
  /** `open`: neither back nor refused yet. */
  readonly outcome: 'back' | 'refused' | 'open';
  /** Why it was refused. */
  readonly reason: string | null;
}

/** Rows of the audit that are looked at: there is no index for this, and news are young. */
const looked = 1_000;

/** The last wish for each executor, if it was made in Slack within a day and nobody was told. */
export function restartNews(tx: Tx): Promise<RestartNews[]> {
  return tx.query<RestartNews>(
    `with recent as materialized (
       select * from audit order by id desc limit ${looked}
     ), wishes as (
       select distinct on (after->>'host', after->>'queue') *
       from recent where action = 'restart' and outcome = 'done'
       order by after->>'host', after->>'queue', id desc)
     select w.request_key, w.after->>'host' as host, w.after->>'queue' as queue, w.actor_id,
       w.actor_name, w.place, r.reason,
       case when r.id is not null then 'refused' when x.started_at > w.at then 'back'
         else 'open' end as outcome
     from wishes w
     left join recent r on r.action = 'restart' and r.outcome = 'refused' and r.request_key = w.request_key
     left join executors x on x.host = w.after->>'host' and x.queue = w.after->>'queue'
       and x.left_at is null
     where w.actor_kind = 'slack' and w.at > clock_timestamp() - interval '1 day'
       and not exists (select from recent t where t.action = 'tell_restart' and t.request_key = w.request_key)
     order by w.id`,
  );
}

/** Until this transaction ends nobody else takes news to tell. */
export async function lockRestartNews(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('kuroko restart news', 0))`);
}
