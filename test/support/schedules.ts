/** Schedules as tests write them. */
import { editSchedules } from '../../src/operations/edit-schedules.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { facts, member } from './operations.ts';
import type { ScheduleSet } from '../../src/operations/schedule-problems.ts';
import type { Database } from '../../src/store/database.ts';
import type { ScheduleFields } from '../../src/store/schedules.ts';

export const scheduleOf = (cron: string, more: Partial<ScheduleFields> = {}): ScheduleFields => ({
  cron,
  timeZone: null,
  catchUp: null,
  catchUpWindow: null,
  catchUpCap: null,
  ...more,
});

/** A definition's schedules become these, at a moment. */
export async function setSchedules(
  db: Database,
  definitionId: number,
  { schedules = [], suspendSchedules = [] }: Partial<ScheduleSet>,
  now: Date | null = null,
): Promise<void> {
  const wish = { definitionId, version: null, actor: member('alice') };
  const set = { schedules, suspendSchedules };
  await inTransaction(db, (tx) =>
    editSchedules(
      tx,
      wish,
      () => set,
      facts,
      () => now,
    ),
  );
}
