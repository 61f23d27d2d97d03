/** What the schedules of a definition are up to now, before something about them changes, and from then on. */
import { dueSpan } from '../schedule/due-span.ts';
import { nextLaunch } from '../schedule/launches.ts';
import { millisecondsOf, type Minute, minuteOf } from '../schedule/minute.ts';
import { inSavepoint, isTrouble, type Tx } from '../store/database.ts';
import { writeLedger } from '../store/ledger.ts';
import { replanSchedules, schedulesOf, type PlannedSchedule } from '../store/schedules.ts';
import { account } from './account.ts';
import { readableSchedule, type ReadableSchedule } from './readable-schedule.ts';
import type { EngineFacts } from './engine-facts.ts';

/**
 * Accounts for every minute up to now under the rules so far. What cannot be launched, now or because
 * it was set aside before, is skipped. The definition is locked by the caller.
 */
export async function settleSchedules(
  tx: Tx,
  definitionId: number,
  now: Date,
  facts: EngineFacts,
): Promise<void> {
  const minute = minuteOf(now.getTime());
  const behind = (await schedulesOf(tx, [definitionId])).filter(
    ({ watermark }) => minuteOf(watermark.getTime()) < minute,
  );
  await skip(
    tx,
    behind.filter(({ setAsideAt }) => setAsideAt !== null),
    minute,
    facts,
  );
  const live = behind.filter(({ setAsideAt }) => setAsideAt === null);
  try {
    await inSavepoint(tx, async () => {
      for (let left = live; left.length > 0;) {
        left = left.slice((await account(tx, left, now, facts)).schedules);
      }
    });
  } catch (error) {
    // Whoever changes it may be about to mend it.
    if (isTrouble(error)) throw error;
    await skip(tx, live, minute, facts);
  }
}

/** Says of each when it is due next; what was set aside goes on, as far as it can be read. */
export async function replan(tx: Tx, definitionId: number, facts: EngineFacts): Promise<void> {
  const schedules = await schedulesOf(tx, [definitionId]);
  const plans = schedules.flatMap((row) => {
    const schedule = readable(row, facts);
    if (schedule === null) return [];
    const next = nextLaunch(schedule.cron, schedule.zone, minuteOf(row.watermark.getTime()));
    return [{ id: row.id, nextDueAt: next === null ? null : dateOf(next) }];
  });
  await replanSchedules(tx, plans);
}

async function skip(
  tx: Tx,
  rows: readonly PlannedSchedule[],
  now: Minute,
  facts: EngineFacts,
): Promise<void> {
  const spans = rows.flatMap((row) => {
    const schedule = readable(row, facts);
    if (schedule === null) return [];
    const span = dueSpan(schedule.cron, schedule.zone, minuteOf(row.watermark.getTime()), now);
    return span === null ? [] : [{ scheduleId: row.id, ...span }];
  });
  await writeLedger(
    tx,
    spans.map(({ scheduleId, from, to, count }) => ({
      scheduleId,
      fromAt: dateOf(from),
      toAt: dateOf(to),
      count,
      outcome: 'skipped',
      because: 'set_aside',
      instanceId: null,
      preventedBy: null,
      mergedInto: null,
      suspendCron: null,
      missed: false,
    })),
    rows.map(({ id }) => ({ scheduleId: id, watermark: dateOf(now), nextDueAt: null })),
  );
}

/** Null where this version cannot read it: nothing of it is due as far as anybody knows. */
function readable(row: PlannedSchedule, facts: EngineFacts): ReadableSchedule | null {
  try {
    return readableSchedule(row, facts);
  } catch {
    return null;
  }
}

const dateOf = (minute: Minute): Date => new Date(millisecondsOf(minute));
