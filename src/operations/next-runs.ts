/** When definitions are launched next by themselves. */
import { nextOpenLaunch } from '../schedule/next-open-launch.ts';
import { millisecondsOf, minuteOf } from '../schedule/minute.ts';
import { type Upcoming, upcoming } from '../schedule/upcoming.ts';
import { zonedText } from '../schedule/zoned-text.ts';
import { schedulesOf, type ScheduleFields } from '../store/schedules.ts';
import {
  readableSchedule,
  type ReadableSchedule,
  type ScheduleFacts,
} from './readable-schedule.ts';
import type { ScheduleSet } from './schedule-problems.ts';
import type { Connection } from '../store/database.ts';

export interface NextRun {
  /** Null: it is suspended, or none of its schedules launches any more. */
  readonly at: Date | null;
  readonly schedules: number;
  /** Of these, set aside. */
  readonly setAside: number;
}

/** For each definition that has schedules, by its id, in one query. Suspended minutes are passed over. */
export async function nextRuns(
  on: Connection,
  definitionIds: readonly number[],
  facts: ScheduleFacts,
  now: Date,
): Promise<Map<number, NextRun>> {
  const runs = new Map<number, NextRun>();
  for (const row of await schedulesOf(on, definitionIds)) {
    const before = runs.get(row.definitionId) ?? { at: null, schedules: 0, setAside: 0 };
    const aside = row.setAsideAt !== null;
    const at = aside || row.suspended ? null : nextOf(row, facts, latest(now, row.watermark));
    runs.set(row.definitionId, {
      at: before.at === null || (at !== null && at < before.at) ? at : before.at,
      schedules: before.schedules + 1,
      setAside: before.setAside + (aside ? 1 : 0),
    });
  }
  return runs;
}

const latest = (one: Date, other: Date): Date => (one > other ? one : other);

function nextOf(
  row: Parameters<typeof readableSchedule>[0],
  facts: ScheduleFacts,
  after: Date,
): Date | null {
  try {
    const minute = nextOpenLaunch(readableSchedule(row, facts), minuteOf(after.getTime()));
    return minute === null ? null : new Date(millisecondsOf(minute));
  } catch {
    // Another version has saved what this one cannot read; the keeper sets it aside.
    return null;
  }
}

/** A launch as a preview shows it. */
export interface PreviewedLaunch {
  readonly at: Date;
  /** In the zone of its schedule: `2024-11-03T01:30:00-04:00`. */
  readonly text: string;
  readonly cron: string;
  readonly timeZone: string;
  /** The suspend schedule that takes it out; null: it is launched. */
  readonly suspendedBy: string | null;
  readonly clockChange: Upcoming['clockChange'];
}

/**
 * The next launches of schedules, all together, suspended ones among them; of what this version cannot
 * read there are none.
 */
export function previewLaunches(
  { schedules, suspendSchedules }: ScheduleSet,
  facts: ScheduleFacts,
  now: Date,
  count: number,
): PreviewedLaunch[] {
  const suspends = suspendSchedules.map((cron, id) => ({ id, cron }));
  return schedules
    .flatMap((fields) => previewOf(fields, suspends, facts, now, count))
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
    .slice(0, count);
}

function previewOf(
  fields: ScheduleFields,
  suspends: readonly { readonly id: number; readonly cron: string }[],
  facts: ScheduleFacts,
  now: Date,
  count: number,
): PreviewedLaunch[] {
  const stored = { ...fields, configuredZone: facts.timeZone, suspended: false, suspends };
  let schedule: ReadableSchedule;
  try {
    schedule = readableSchedule(stored, facts);
  } catch {
    return [];
  }
  const next = upcoming(schedule, minuteOf(now.getTime()), count);
  return next.map(({ minute, suspendedBy, clockChange }) => ({
    at: new Date(millisecondsOf(minute)),
    text: zonedText(minute, schedule.zone),
    cron: fields.cron,
    timeZone: schedule.zone.name,
    suspendedBy: suspendedBy === null ? null : (suspends[suspendedBy.id]?.cron ?? null),
    clockChange,
  }));
}
