/** Notices: written in the transaction of the change, delivered after it, at least once. */
import { storableJson } from './storable.ts';
import type { Masked } from '../workflow/mask.ts';
import type { Recount } from './recounts.ts';
import type { Connection, Tx } from './database.ts';

export type NoticeEvent =
  | 'launch'
  | 'retrying'
  | 'skipping'
  | 'finished'
  | 'cancellation'
  | 'failure'
  | 'critical'
  | 'back_to_normal'
  | 'long_elapsed_time'
  /** It is in ERROR still. */
  | 'reminder'
  /** Nobody takes a command of the instance. */
  | 'unstarted'
  /** Nor those of many others of the same queue: told of in one. */
  | 'backlog'
  /** Nothing to tell: what has been told is to be brought up to date. */
  | 'refresh';

export interface Notice {
  readonly event: NoticeEvent;
  readonly payload: NoticePayload;
}

export interface NoticePayload {
  /** Text for people, as the contract's table of webhook messages has it. */
  readonly message: Masked | null;
  /** Who brought it about, as shown to people. */
  readonly by?: string;
  /** `cancellation` only: the system (prevented launch), not an operator. */
  readonly bySystem?: boolean;
  /** `unstarted` and `backlog` only. */
  readonly unstarted?: UnstartedNotice;
  /** `long_elapsed_time` only. */
  readonly late?: LateNotice;
}

export interface LateNotice {
  /** What was expected. */
  readonly minutes: number;
  /** Whole ones since then, by which the warnings of a token are told apart. */
  readonly hours: number;
}

export interface UnstartedNotice {
  readonly queue: string;
  /** Of the queue: none at all, or all at work. */
  readonly workers: 'busy' | 'none';
  /** `unstarted` only: nobody was told of the queue within the hour before. */
  readonly first?: boolean;
  /** `backlog` only: commands that wait on the queue. */
  readonly waiting?: number;
}

export interface Delivery extends Notice, Posting {
  readonly instanceId: number;
  readonly tokenId: number | null;
  readonly attempt: number | null;
  /** Its own id: it is told with all those that belong to it, in one message. */
  readonly digestOf: number | null;
}

/** What is told of schedules, and so of no instance. */
export type ScheduleDelivery = ScheduleNotice & Posting & { readonly instanceId: null };

interface Posting {
  readonly id: number;
  readonly attempts: number;
  readonly createdAt: Date;
}

export type ScheduleNotice =
  | {
      /** Launches that came due while nothing was running: what became of them all, in one. */
      readonly event: 'missed';
      readonly payload: MissedNotice;
    }
  | {
      /** A schedule could not be launched and waits for its definition to be saved again. */
      readonly event: 'set_aside';
      readonly payload: SetAsideNotice;
    }
  | {
      /** What the recount of a day has found. */
      readonly event: 'recount';
      readonly payload: Omit<Recount, 'countedAt'>;
    }
  | {
      /** An endpoint has failed for a day, and gets nothing any more. */
      readonly event: 'switched_off';
      readonly payload: SwitchedOffNotice;
    };

export interface SwitchedOffNotice {
  readonly target: string;
  /** As it may be shown. */
  readonly endpoint: string;
  /** A delivery that could not be made: through it the endpoint is tested and switched on. */
  readonly deliveryId: number;
  /** Whose deliveries went there last; null where they were of no definition. */
  readonly definitionId: number | null;
  /** When it failed first, ISO 8601 in UTC. */
  readonly since: string;
  /** How it failed last. */
  readonly reason: string;
}

/** Somebody asks whether anything arrives at an endpoint: nothing that Slack is told of. */
export interface TestWish {
  readonly target: string;
  /** Null: wherever the definition has its things told. */
  readonly endpoint: string | null;
}

export interface MissedNotice {
  /** The first and the last minute of them, ISO 8601 in UTC. */
  readonly from: string;
  readonly to: string;
  readonly schedules: number;
  /** Minutes, by what became of them. */
  readonly launched: number;
  readonly prevented: number;
  readonly merged: number;
  readonly skipped: number;
  /** Those with the most of them, at most `mostNamed`. */
  readonly definitions: readonly MissedDefinition[];
}

export interface MissedDefinition {
  readonly id: number;
  readonly name: Masked;
  readonly launched: number;
  readonly prevented: number;
  readonly merged: number;
  readonly skipped: number;
}

export interface SetAsideNotice {
  readonly definitionId: number;
  readonly definitionName: Masked;
  readonly cron: string;
  readonly reason: Masked;
  /** Of the definition, where it has one. */
  readonly channel: string | null;
}

/**
 * Leases the oldest undelivered notice of each instance, at most `limit` of them, so that the
 * order within an instance is kept however many deliver.
 */
export function claimDeliveries(
  on: Connection,
  target: 'slack',
  limit: number,
  leaseSeconds: number,
): Promise<(Delivery | ScheduleDelivery)[]> {
  return on.query<Delivery | ScheduleDelivery>(
    {
      name: 'claim-deliveries',
      text: `
with heads as (
  select distinct on (instance_id) id from outbox
  where target = $1 and delivered_at is null and dead_at is null
  order by instance_id, id
), due as (
  select o.id from outbox o join heads using (id)
  where o.available_at <= now() and (o.leased_until is null or o.leased_until < now())
    and (o.digest_of is null or o.digest_of = o.id)
  -- What only brings something up to date can wait for what is new.
  order by o.event = 'refresh', o.id limit $2
  for update of o skip locked
)
update outbox o set leased_until = now() + make_interval(secs => $3), attempts = attempts + 1
from due where o.id = due.id
returning o.id, o.event, o.instance_id, o.token_id, o.attempt, o.payload, o.attempts,
  o.created_at, o.digest_of`,
    },
    [target, limit, leaseSeconds],
  );
}

/** Keeps deliveries that are under way from being taken by another. */
export async function renewLeases(
  on: Connection,
  ids: readonly number[],
  leaseSeconds: number,
): Promise<void> {
  await on.query(
    `update outbox set leased_until = now() + make_interval(secs => $2)
     where id = any($1) and leased_until is not null`,
    [ids, leaseSeconds],
  );
}

export async function markDelivered(on: Connection, id: number): Promise<void> {
  await on.query(
    {
      name: 'mark-delivered',
      text: 'update outbox set delivered_at = now(), leased_until = null, error = null where id = $1',
    },
    [id],
  );
}

/** Gives one back that was not tried: something earlier goes first. */
export async function putBack(on: Connection, id: number, delaySeconds: number): Promise<void> {
  await on.query(
    `update outbox set leased_until = null, attempts = attempts - 1,
       available_at = now() + make_interval(secs => $2)
     where id = $1`,
    [id, delaySeconds],
  );
}

/** Gives up what has waited for longer than a target is tried for; returns how many. */
export async function giveUpOld(
  on: Connection,
  target: 'slack',
  seconds: number,
  reason: string,
): Promise<number> {
  const rows = await on.query(
    `update outbox set dead_at = now(), leased_until = null, error = $3
     where target = $1 and delivered_at is null and dead_at is null
       and created_at < now() - make_interval(secs => $2) and digest_of is null
       and (leased_until is null or leased_until < now())
     returning 1`,
    [target, seconds, reason],
  );
  return rows.length;
}

/** Tries again after `delaySeconds`; null gives up for good, with the reason kept. */
export async function markUndelivered(
  on: Connection,
  id: number,
  error: string,
  delaySeconds: number | null,
): Promise<void> {
  await on.query(
    `update outbox set leased_until = null, error = $2,
       available_at = now() + make_interval(secs => coalesce($3::float8, 0)),
       dead_at = case when $3::float8 is null then now() end
     where id = $1`,
    [id, error, delaySeconds],
  );
}

/** A notice that is no step's: a wish to bring an instance's messages up to date. */
export async function insertNotice(tx: Tx, instanceId: number, notice: Notice): Promise<void> {
  await tx.query(
    `with written as (
       insert into outbox (target, event, instance_id, payload)
       select 'slack', $2, id, $3 from instances where id = $1
       returning id)
     select pg_notify('kuroko_outbox', '') from written`,
    [instanceId, notice.event, storableJson(notice.payload)],
  );
}

/** What is told of schedules: of those of one definition, or of all. */
export async function insertScheduleNotice(
  tx: Tx,
  definitionId: number | null,
  notice: ScheduleNotice,
): Promise<void> {
  await tx.query(
    `with written as (
       insert into outbox (target, event, definition_id, payload) values ('slack', $2, $1, $3)
       returning id)
     select pg_notify('kuroko_outbox', '') from written`,
    [definitionId, notice.event, storableJson(notice.payload)],
  );
}

/** Resolves with the id of the notice, by which its deliveries are found. */
export async function insertTest(
  tx: Tx,
  definitionId: number | null,
  wish: TestWish,
): Promise<number> {
  const [row] = await tx.query<{ id: number }>(
    `with written as (
       insert into outbox (event, definition_id, payload, delivered_at)
       values ('test', $1, $2, now()) returning id)
     select id, pg_notify('kuroko_outbox', '')::text from written`,
    [definitionId, storableJson(wish)],
  );
  if (row === undefined) throw new Error('a test could not be written');
  return row.id;
}

/**
 * A refresh from outside of a transaction, unless something is open for the instance anyway: whatever
 * is delivered brings all of its messages up to date.
 */
export async function insertRefresh(on: Connection, instanceId: number): Promise<void> {
  await on.query(
    `with written as (
       insert into outbox (target, event, instance_id, payload)
       select 'slack', 'refresh', $1, '{"message":null}'
       where not exists (select from outbox where target = 'slack' and instance_id = $1
         and delivered_at is null and dead_at is null)
       returning id)
     select pg_notify('kuroko_outbox', '') from written`,
    [instanceId],
  );
}
