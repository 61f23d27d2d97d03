/** Schedules of definitions and what takes minutes out of them; a removed one stays for its ledger's sake. */
import { storableJson } from './storable.ts';
import type { Connection, Tx } from './database.ts';
import type { CatchUp } from '../schedule/account-for.ts';

export interface ScheduleFields {
  /** As it was written. */
  readonly cron: string;
  /** Null: the configured one. */
  readonly timeZone: string | null;
  /** What is done about minutes that were missed; null: as configured, each for itself. */
  readonly catchUp: CatchUp['policy'] | null;
  /** Minutes before now that are caught up with. */
  readonly catchUpWindow: number | null;
  /** Launches at most. */
  readonly catchUpCap: number | null;
}

export interface Schedule extends ScheduleFields {
  readonly id: number;
  readonly definitionId: number;
  readonly createdAt: Date;
  /** Its time on the ledger begins after this minute. */
  readonly since: Date;
  /** Every due minute up to and with this one has its row in the ledger. */
  readonly watermark: Date;
  /** The first due minute after that; null: there is none, it is set aside, or removed. */
  readonly nextDueAt: Date | null;
  /** It could not be launched, and waits for its definition to be saved again: since when, and why. */
  readonly setAsideAt: Date | null;
  readonly setAsideReason: string | null;
  readonly removedAt: Date | null;
}

/** With what else says what becomes of its minutes. */
export interface PlannedSchedule extends Schedule {
  readonly definitionName: string;
  /** The definition is. */
  readonly suspended: boolean;
  /** As it was published; null: nothing was yet. For those without a zone of their own. */
  readonly configuredZone: string | null;
  /** Of the definition, in the order of their ids. */
  readonly suspends: readonly { readonly id: number; readonly cron: string }[];
}

const columns = `s.id, s.definition_id, s.cron, s.time_zone, s.catch_up, s.catch_up_window,
  s.catch_up_cap, s.created_at, s.since, s.watermark, s.next_due_at, s.set_aside_at,
  s.set_aside_reason, s.removed_at`;

const planned = `select ${columns}, d.name as definition_name, d.suspended,
    (select config->>'timeZone' from engine_config) as configured_zone,
    coalesce((select jsonb_agg(jsonb_build_object('id', x.id, 'cron', x.cron) order by x.id)
      from suspend_schedules x where x.definition_id = d.id), '[]') as suspends
  from schedules s join definitions d on d.id = s.definition_id`;

/** Of some definitions, in the order they came; with `removed`, also those that are not theirs any more. */
export function schedulesOf(
  on: Connection,
  definitionIds: readonly number[],
  { removed = false }: { removed?: boolean } = {},
): Promise<PlannedSchedule[]> {
  return on.query(
    `${planned} where s.definition_id = any($1) and ($2 or s.removed_at is null)
     order by s.definition_id, s.id`,
    [definitionIds, removed],
  );
}

/** The same by their own ids. */
export function schedulesById(tx: Tx, ids: readonly number[]): Promise<PlannedSchedule[]> {
  const text = `${planned} where s.id = any($1) order by s.id`;
  return tx.query({ name: 'schedules-by-id', text }, [ids]);
}

/** All that ever were of definitions that are, by id: the first `limit` after an id. */
export function schedulesAfter(
  on: Connection,
  id: number,
  limit: number,
): Promise<PlannedSchedule[]> {
  return on.query(`${planned} where s.id > $1 and d.deleted_at is null order by s.id limit $2`, [
    id,
    limit,
  ]);
}

export async function suspendSchedulesOf(on: Connection, definitionId: number): Promise<string[]> {
  const rows = await on.query<{ cron: string }>(
    'select cron from suspend_schedules where definition_id = $1 order by id',
    [definitionId],
  );
  return rows.map(({ cron }) => cron);
}

/** The time that schedules go by: the database's, unless a test says another. */
export async function scheduleNow(on: Connection, told: Date | null): Promise<Date> {
  const [row] = await on.query<{ now: Date }>(
    'select coalesce($1::timestamptz, clock_timestamp()) as now',
    [told],
  );
  if (row === undefined) throw new Error('the database does not know what time it is');
  return row.now;
}

/**
 * Locks schedules that are due, longest due first, with their definitions: nobody changes either while
 * they are dealt with. What another has locked is left to it. With `only`, that one alone.
 */
export function claimDueSchedules(
  tx: Tx,
  told: Date | null,
  limit: number,
  only: number | null = null,
): Promise<{ id: number; now: Date }[]> {
  return tx.query(
    {
      name: 'claim-due-schedules',
      text: `
with moment as materialized (select coalesce($1::timestamptz, clock_timestamp()) as now)
select s.id, (select now from moment) as now
from schedules s join definitions d on d.id = s.definition_id
where s.next_due_at <= (select now from moment) and d.deleted_at is null
  and ($3::bigint is null or s.id = $3)
order by s.next_due_at, s.id limit $2
for no key update of d, s skip locked`,
    },
    [told, limit, only],
  );
}

/** Definitions with schedules that have no zone of their own. */
export async function definitionsInConfiguredZone(tx: Tx): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(
    `select distinct definition_id as id from schedules
     where time_zone is null and removed_at is null order by 1`,
  );
  return rows.map(({ id }) => id);
}

/** Milliseconds until the next is due, negative when it is already; null when none is to come. */
export async function nextScheduleMs(on: Connection, told: Date | null): Promise<number | null> {
  const [row] = await on.query<{ ms: number }>(
    {
      name: 'next-schedule-ms',
      text: `
select (extract(epoch from s.next_due_at - coalesce($1::timestamptz, clock_timestamp())) * 1000)::float8 as ms
from schedules s join definitions d on d.id = s.definition_id
where s.next_due_at is not null and d.deleted_at is null
order by s.next_due_at limit 1`,
    },
    [told],
  );
  return row?.ms ?? null;
}

/** Not due before it is planned: see `replanSchedules`. */
export async function insertSchedule(
  tx: Tx,
  definitionId: number,
  fields: ScheduleFields,
  now: Date,
): Promise<void> {
  // A minute that a removed schedule of the same cron has accounted for is not due again.
  await tx.query(
    `insert into schedules (definition_id, cron, time_zone, catch_up, catch_up_window, catch_up_cap,
       created_at, since, watermark)
     select $1, $2, $3, $4, $5, $6, $7, start, start
     from (select greatest(date_trunc('minute', $7::timestamptz, 'UTC'),
       (select max(watermark) from schedules
        where definition_id = $1 and cron = $2 and time_zone is not distinct from $3)) as start) s`,
    [
      definitionId,
      fields.cron,
      fields.timeZone,
      fields.catchUp,
      fields.catchUpWindow,
      fields.catchUpCap,
      now,
    ],
  );
}

/** What is done about its missed minutes from now on. */
export async function updateCatchUp(tx: Tx, id: number, fields: ScheduleFields): Promise<void> {
  await tx.query(
    'update schedules set catch_up = $2, catch_up_window = $3, catch_up_cap = $4 where id = $1',
    [id, fields.catchUp, fields.catchUpWindow, fields.catchUpCap],
  );
}

export async function removeSchedules(tx: Tx, ids: readonly number[], now: Date): Promise<void> {
  await tx.query(
    `update schedules set removed_at = $2, next_due_at = null, set_aside_at = null,
       set_aside_reason = null where id = any($1)`,
    [ids, now],
  );
}

export async function replaceSuspendSchedules(
  tx: Tx,
  definitionId: number,
  crons: readonly string[],
): Promise<void> {
  await tx.query(
    'delete from suspend_schedules where definition_id = $1 and cron <> all($2::text[])',
    [definitionId, crons],
  );
  await tx.query(
    `insert into suspend_schedules (definition_id, cron)
     select $1, cron from unnest($2::text[]) with ordinality as given (cron, position)
     order by position on conflict do nothing`,
    [definitionId, crons],
  );
}

/** Each is due next at that time, not set aside any more; whoever waits for the next one hears of it. */
export async function replanSchedules(
  tx: Tx,
  plans: readonly { readonly id: number; readonly nextDueAt: Date | null }[],
): Promise<void> {
  await tx.query(
    `update schedules s set next_due_at = p."nextDueAt", set_aside_at = null, set_aside_reason = null
     from jsonb_to_recordset($1::jsonb) as p (id bigint, "nextDueAt" timestamptz)
     where s.id = p.id and s.removed_at is null`,
    [storableJson(plans)],
  );
  await tx.query(`select pg_notify('kuroko_schedules', '')`);
}

/** Whether it was not so already. */
export async function setScheduleAside(
  tx: Tx,
  id: number,
  reason: string,
  now: Date,
): Promise<boolean> {
  const rows = await tx.query(
    `update schedules set set_aside_at = $3, set_aside_reason = $2, next_due_at = null
     where id = $1 and set_aside_at is null and removed_at is null returning 1`,
    [id, reason, now],
  );
  return rows.length > 0;
}
