/** The ledger: what became of every due minute of every schedule, exactly one row for each. */
import { storableJson } from './storable.ts';
import type { Connection, Tx } from './database.ts';

export type LedgerOutcome = 'launched' | 'prevented' | 'suspended' | 'merged' | 'skipped';

/** `count` due minutes of one schedule, the first `fromAt`, the last `toAt`. */
export interface LedgerFields {
  readonly scheduleId: number;
  readonly fromAt: Date;
  readonly toAt: Date;
  readonly count: number;
  readonly outcome: LedgerOutcome;
  /** Of skipped: too long ago, not to be made up for, more than the cap, or the schedule was set aside. */
  readonly because: 'window' | 'policy' | 'cap' | 'set_aside' | null;
  /** Of launched and prevented. */
  readonly instanceId: number | null;
  /** The instance that stood in its way. */
  readonly preventedBy: number | null;
  /** The minute whose launch was for these as well. */
  readonly mergedInto: Date | null;
  /** Of suspended, by which suspend schedule; null: the definition was. */
  readonly suspendCron: string | null;
  /** Nothing was running when they came due. */
  readonly missed: boolean;
}

export interface LedgerRow extends LedgerFields {
  readonly accountedAt: Date;
}

const columns = `l.schedule_id, l.from_at, l.to_at, l.count, l.outcome, l.because, l.instance_id,
  l.prevented_by, l.merged_into, l.suspend_cron, l.missed, l.accounted_at`;

/** How far a schedule is accounted for, and when it is due next. */
export interface LedgerMark {
  readonly scheduleId: number;
  readonly watermark: Date;
  readonly nextDueAt: Date | null;
}

/**
 * Writes rows and moves the watermarks of their schedules with them. Throws when a watermark is there
 * already: then somebody else has accounted for the same minutes, and this transaction is not to be.
 */
export async function writeLedger(
  tx: Tx,
  rows: readonly LedgerFields[],
  marks: readonly LedgerMark[],
): Promise<void> {
  const moved = await tx.query({ name: 'write-ledger', text: writeText }, [
    storableJson(rows),
    storableJson(marks),
  ]);
  if (moved.length !== marks.length) throw new Error('a watermark would have gone back');
}

const writeText = `
with written as (
  insert into ledger (schedule_id, from_at, to_at, count, outcome, because, instance_id, prevented_by,
    merged_into, suspend_cron, missed)
  select "scheduleId", "fromAt", "toAt", count, outcome, because, "instanceId", "preventedBy",
    "mergedInto", "suspendCron", missed
  from jsonb_to_recordset($1::jsonb) as r ("scheduleId" bigint, "fromAt" timestamptz,
    "toAt" timestamptz, count int, outcome text, because text, "instanceId" bigint,
    "preventedBy" bigint, "mergedInto" timestamptz, "suspendCron" text, missed boolean)
)
update schedules s set watermark = m.watermark, next_due_at = m."nextDueAt"
from jsonb_to_recordset($2::jsonb) as m ("scheduleId" bigint, watermark timestamptz,
  "nextDueAt" timestamptz)
where s.id = m."scheduleId" and s.watermark < m.watermark
returning s.id`;

/** The row that a minute of each of some schedules belongs to, if it has come due: at most one each. */
export function ledgerAt(
  on: Connection,
  scheduleIds: readonly number[],
  minute: Date,
): Promise<LedgerRow[]> {
  return on.query(
    `select ${columns} from unnest($1::bigint[]) as given (id) cross join lateral (
       select * from ledger where schedule_id = given.id and from_at <= $2
       order by from_at desc limit 1) l
     where l.to_at >= $2`,
    [scheduleIds, minute],
  );
}

/** The newest rows of a definition's schedules, removed ones included; `before` is the last one that is known. */
export function ledgerOf(
  on: Connection,
  definitionId: number,
  limit: number,
  before: Pick<LedgerRow, 'toAt' | 'scheduleId'> | null = null,
): Promise<(LedgerRow & { readonly cron: string; readonly timeZone: string | null })[]> {
  return on.query(
    `select l.*, s.cron, s.time_zone from schedules s cross join lateral (
       select ${columns} from ledger l where l.schedule_id = s.id
         and ($3::timestamptz is null or (l.to_at, l.schedule_id) < ($3, $4::bigint))
       order by l.from_at desc limit $2) l
     where s.definition_id = $1 order by l.to_at desc, l.schedule_id desc limit $2`,
    [definitionId, limit, before?.toAt ?? null, before?.scheduleId ?? null],
  );
}

/** Rows of some schedules that reach into [from, before), ascending within each. */
export function ledgerBetween(
  on: Connection,
  scheduleIds: readonly number[],
  from: Date,
  before: Date,
): Promise<LedgerRow[]> {
  return on.query(
    `select ${columns} from unnest($1::bigint[]) as given (id) join ledger l on l.schedule_id = given.id
     where l.from_at < $3 and l.to_at >= $2
       -- The one that reaches in from before is the last that began there.
       and l.from_at >= coalesce((select max(x.from_at) from ledger x
         where x.schedule_id = given.id and x.from_at <= $2), $2)
     order by l.schedule_id, l.from_at`,
    [scheduleIds, from, before],
  );
}

/** Rows that ended before that, of some schedules. Returns how many there were. */
export async function forgetLedger(
  on: Connection,
  scheduleIds: readonly number[],
  before: Date,
): Promise<number> {
  const [row] = await on.query<{ count: number }>(
    `with gone as (delete from ledger where schedule_id = any($1) and from_at < $2 and to_at < $2
       returning 1)
     select count(*) from gone`,
    [scheduleIds, before],
  );
  return row?.count ?? 0;
}

/** What became of minutes of one definition that came due while nothing was running. */
export interface MissedMinutes {
  readonly definitionId: number;
  readonly name: string;
  readonly script: string;
  readonly schedules: number;
  readonly fromAt: Date;
  readonly toAt: Date;
  readonly launched: number;
  readonly prevented: number;
  readonly merged: number;
  readonly skipped: number;
}

/**
 * Takes what nobody was told of, the most first, unless more of it is to come: a schedule is behind still
 * (for a minute at most, for one that stays behind holds up no news), or people were told lately.
 */
export function takeMissed(
  tx: Tx,
  told: Date | null,
  pauseSeconds: number,
): Promise<MissedMinutes[]> {
  return tx.query(
    `with untold as (
       select min(accounted_at) as since from ledger where missed and told_at is null
     ), ripe as materialized (
       select from untold where since is not null
         and (since < clock_timestamp() - interval '1 minute' or not exists (
           select from schedules s join definitions d on d.id = s.definition_id
           where s.next_due_at <= coalesce($1::timestamptz, clock_timestamp()) - interval '1 minute'
             and d.deleted_at is null))
         and not exists (select from outbox where instance_id is null and event = 'missed'
           and created_at > clock_timestamp() - make_interval(secs => $2))
         and pg_try_advisory_xact_lock(hashtextextended('kuroko missed', 0))
     ), taken as (
       update ledger set told_at = clock_timestamp()
       where missed and told_at is null and exists (select from ripe)
       returning schedule_id, from_at, to_at, count, outcome)
     select d.id as definition_id, d.name, d.script, count(distinct t.schedule_id) as schedules,
       min(t.from_at) as from_at, max(t.to_at) as to_at,
       coalesce(sum(t.count) filter (where t.outcome = 'launched'), 0)::int as launched,
       coalesce(sum(t.count) filter (where t.outcome = 'prevented'), 0)::int as prevented,
       coalesce(sum(t.count) filter (where t.outcome = 'merged'), 0)::int as merged,
       coalesce(sum(t.count) filter (where t.outcome = 'skipped'), 0)::int as skipped
     from taken t join schedules s on s.id = t.schedule_id join definitions d on d.id = s.definition_id
     group by d.id order by sum(t.count) desc, d.id`,
    [told, pauseSeconds],
  );
}
