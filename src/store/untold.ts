/** What Slack could not be told: of one instance, and of all. */
import type { NoticeEvent } from './outbox.ts';
import type { Connection } from './database.ts';

export interface Untold {
  readonly event: NoticeEvent;
  readonly since: Date;
  /** In Slack's words, or those of the way to it. */
  readonly reason: string;
  /** It is not tried any more. */
  readonly givenUp: boolean;
}

/** The last notice of an instance that was tried in vain; null where all was told. */
export async function untoldOf(on: Connection, instanceId: number): Promise<Untold | null> {
  const [row] = await on.query<Untold>(
    `select event, created_at as since, error as reason, dead_at is not null as given_up
     from outbox
     where instance_id = $1 and target = 'slack' and delivered_at is null and error is not null
     order by id desc limit 1`,
    [instanceId],
  );
  return row ?? null;
}

export interface WaitingNotices {
  readonly count: number;
  /** When the oldest of them was written. */
  readonly since: Date;
  /** Why the last that was tried was not told. */
  readonly reason: string;
}

/** What waits for Slack longer than a minute, and was tried in vain; null when nothing does. */
export async function waitingForSlack(on: Connection): Promise<WaitingNotices | null> {
  const [row] = await on.query<WaitingNotices>(
    `with waiting as (
       select created_at, available_at, error from outbox
       where target = 'slack' and delivered_at is null and dead_at is null
         and created_at < now() - interval '1 minute')
     select (select count(*) from waiting) as count, (select min(created_at) from waiting) as since,
       error as reason
     from waiting where error is not null order by available_at desc limit 1`,
  );
  return row ?? null;
}

export interface GivenUp {
  readonly reason: string;
  readonly count: number;
  readonly lastAt: Date;
}

/** What was given up within a day, by reason. */
export function givenUpBySlack(on: Connection): Promise<GivenUp[]> {
  return on.query<GivenUp>(
    `select error as reason, count(*), max(dead_at) as last_at from outbox
     where target = 'slack' and dead_at > now() - interval '1 day' and error is not null
     group by error order by count(*) desc, error limit 10`,
  );
}
