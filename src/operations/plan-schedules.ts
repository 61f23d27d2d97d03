/** What a document makes of a definition's schedules. */
import { scheduleSetOf } from './edit-schedules.ts';
import { storedCron, type ScheduleSet } from './schedule-problems.ts';
import { schedulesOf, type ScheduleFields } from '../store/schedules.ts';
import type { Connection } from '../store/database.ts';

export interface GivenSchedules {
  /** Null: as they are. */
  readonly schedules: readonly ScheduleFields[] | null;
  readonly suspendSchedules: readonly string[] | null;
}

export interface PlannedSchedules {
  /** What they are to be; null: as they are. */
  readonly wanted: ScheduleSet | null;
  readonly changes: readonly ScheduleChange[];
}

/** Each as a line to read. */
export interface ScheduleChange {
  readonly field: 'schedules' | 'suspendSchedules';
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** `definitionId` null: of a new one. */
export async function planSchedules(
  on: Connection,
  definitionId: number | null,
  given: GivenSchedules,
): Promise<PlannedSchedules> {
  if (given.schedules === null && given.suspendSchedules === null) {
    return { wanted: null, changes: [] };
  }
  const before = definitionId === null ? none : await scheduleSetOf(on, definitionId);
  const rows = definitionId === null ? [] : await schedulesOf(on, [definitionId]);
  const wanted = {
    schedules: given.schedules ?? before.schedules,
    suspendSchedules: given.suspendSchedules ?? before.suspendSchedules,
  };
  const changes = [
    {
      field: 'schedules' as const,
      // What was set aside is mended by being saved again, and so it is a change.
      before: rows.map(
        (row) => `${scheduleText(row)}${row.setAsideAt === null ? '' : ' (set aside)'}`,
      ),
      after: wanted.schedules.map(scheduleText),
    },
    {
      field: 'suspendSchedules' as const,
      before: before.suspendSchedules,
      after: wanted.suspendSchedules.map(storedCron),
    },
  ].filter((change) => !isSame(change.before, change.after));
  return { wanted: changes.length === 0 ? null : wanted, changes };
}

const none: ScheduleSet = { schedules: [], suspendSchedules: [] };

/** In whatever order. */
const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify(one.toSorted()) === JSON.stringify(other.toSorted());

/** `30 2 * * * Europe/Berlin catch_up=none`. */
function scheduleText(fields: ScheduleFields): string {
  const { cron, timeZone, catchUp, catchUpWindow, catchUpCap } = fields;
  return [
    storedCron(cron),
    timeZone ?? '',
    catchUp === null ? '' : `catch_up=${catchUp}`,
    catchUpWindow === null ? '' : `window=${catchUpWindow}m`,
    catchUpCap === null ? '' : `cap=${catchUpCap}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
