/**
 * Counts a day's ledger again, by other means: which minutes were due is read from the crons minute by
 * minute, with nothing of what launches them.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { forgetLedger, ledgerBetween, type LedgerRow } from '../store/ledger.ts';
import { insertScheduleNotice } from '../store/outbox.ts';
import {
  beginRecount,
  isRecounted,
  writeRecount,
  type Difference,
  type Recount,
} from '../store/recounts.ts';
import {
  nextScheduleMs,
  scheduleNow,
  schedulesAfter,
  type PlannedSchedule,
} from '../store/schedules.ts';
import { databaseClock, type Clock } from './clock.ts';
import { inTransaction } from './in-transaction.ts';
import { lead, naiveCron, naiveLaunches, wallClock } from './naive-cron.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Database } from '../store/database.ts';

/** A day is counted so long after its end, in UTC: until then its last minutes have been seen to. */
const restMs = 5 * 60_000;
/** Whoever began and was not done by then is gone. */
const goneAfterSeconds = 900;
/** Schedules at a time: the keeper has other things to do. */
const atOnce = 20;
const dayMs = 86_400_000;
const minutesOfDay = 1_440;

export type RecountWish = {
  readonly facts: EngineFacts;
  /** Days that the ledger is kept, as instances are. */
  readonly keptDays: number;
  readonly clock?: Clock;
};

/**
 * Counts yesterday, unless somebody has or is at it, or minutes of it are still to be seen to: then
 * null. What it found is told; rows that are older than the ledger is kept go.
 */
export async function recountYesterday(
  db: Database,
  { facts, keptDays, clock = databaseClock }: RecountWish,
): Promise<Omit<Recount, 'countedAt'> | null> {
  const now = await scheduleNow(db, clock());
  const end = Math.floor((now.getTime() - restMs) / dayMs) * dayMs;
  const day = new Date(end - dayMs).toISOString().slice(0, 10);
  if (await isRecounted(db, day)) return null;
  const nextMs = await nextScheduleMs(db, clock());
  if (nextMs !== null && now.getTime() + nextMs < end) return null;
  if (!(await beginRecount(db, day, goneAfterSeconds))) return null;
  const counted = { day, ...(await count(db, end - dayMs, facts, keptDays)) };
  const written = await inTransaction(db, async (tx) => {
    const mine = await writeRecount(tx, counted);
    const worth = counted.due > 0 || counted.differences.length > 0;
    if (mine && worth) await insertScheduleNotice(tx, null, { event: 'recount', payload: counted });
    return mine;
  });
  return written ? counted : null;
}

type Counts = Pick<Recount, 'due' | 'accounted' | 'differences'>;

async function count(
  db: Database,
  from: number,
  facts: EngineFacts,
  keptDays: number,
): Promise<Counts> {
  const clocks = new Map<string, Float64Array>();
  const differences: Difference[] = [];
  let [due, accounted, last] = [0, 0, 0];
  for (;;) {
    const schedules = await schedulesAfter(db, last, atOnce);
    last = schedules.at(-1)?.id ?? 0;
    const ids = schedules.map(({ id }) => id);
    const rows = await ledgerBetween(db, ids, new Date(from), new Date(from + dayMs));
    for (const schedule of schedules) {
      const mine = rows.filter(({ scheduleId }) => scheduleId === schedule.id);
      const counted = compare(schedule, dueOn(schedule, from, facts, clocks), mine, from);
      due += counted.due;
      accounted += counted.accounted;
      differences.push(...counted.differences);
    }
    await forgetLedger(db, ids, new Date(from - keptDays * dayMs));
    if (schedules.length < atOnce) return { due, accounted, differences };
    await breathe();
  }
}

/** Minutes, by number, on which a schedule was due while it was there. */
function dueOn(
  schedule: PlannedSchedule,
  from: number,
  facts: EngineFacts,
  clocks: Map<string, Float64Array>,
): number[] {
  const zone = schedule.timeZone ?? schedule.configuredZone ?? facts.timeZone;
  const first = from / 60_000 - lead;
  let shown = clocks.get(zone);
  if (shown === undefined) {
    shown = wallClock(zone, first, first + lead + minutesOfDay);
    clocks.set(zone, shown);
  }
  const begin = schedule.since.getTime() / 60_000;
  // Of a removed one the watermark is its end.
  const end = schedule.removedAt === null ? Infinity : schedule.watermark.getTime() / 60_000;
  return naiveLaunches(naiveCron(schedule.cron), first, shown).filter(
    (minute) => minute > begin && minute <= end,
  );
}

function compare(
  { id: scheduleId, definitionId, cron }: PlannedSchedule,
  due: readonly number[],
  rows: readonly LedgerRow[],
  from: number,
): Counts {
  const found: Record<Difference['problem'], number[]> = {
    missing: [],
    twice: [],
    not_due: [],
    miscounted: [],
  };
  const spans = rows.map(({ fromAt, toAt, count: said }) => ({
    from: fromAt.getTime() / 60_000,
    to: toAt.getTime() / 60_000,
    said,
  }));
  for (const minute of due) {
    const holding = spans.filter((span) => span.from <= minute && minute <= span.to).length;
    if (holding === 0) found.missing.push(minute);
    if (holding > 1) found.twice.push(minute);
  }
  const [begin, end] = [from / 60_000, from / 60_000 + minutesOfDay];
  const dueSet = new Set(due);
  for (const span of spans) {
    for (const minute of new Set([span.from, span.to])) {
      if (minute >= begin && minute < end && !dueSet.has(minute)) found.not_due.push(minute);
    }
    // Of a row that reaches into another day the other part is not known here.
    if (span.from < begin || span.to >= end) continue;
    const within = due.filter((minute) => span.from <= minute && minute <= span.to).length;
    if (within !== span.said) found.miscounted.push(span.from);
  }
  const differences = (Object.keys(found) as Difference['problem'][]).flatMap((problem) => {
    const [first] = found[problem];
    if (first === undefined) return [];
    const about = { scheduleId, definitionId, cron, problem, count: found[problem].length };
    return [{ ...about, first: new Date(first * 60_000).toISOString() }];
  });
  const accounted = due.length - found.missing.length - found.twice.length;
  return { due: due.length, accounted, differences };
}
