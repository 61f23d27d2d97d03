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

/** The newest rows of a definition's schedules, removed ones included. */
export function ledgerOf(
  on: Connection,
  definitionId: number,
  limit: number,
): Promise<(LedgerRow & { readonly cron: string; readonly timeZone: string | null })[]> {
  return on.query(
    `select l.*, s.cron, s.time_zone from schedules s cross join lateral (
       select ${columns} from ledger l where l.schedule_id = s.id order by l.from_at desc limit $2) l
     where s.definition_id = $1 order by l.to_at desc, l.schedule_id desc limit $2`,
    [definitionId, limit],
  );
}
