/** Suspend schedules: crons whose minutes are taken out of the launches of a schedule, in its zone. */
import type { Cron } from './cron.ts';
import { launchesAt } from './launches-at.ts';
import { launchesBetween } from './launches.ts';
import type { Minute } from './minute.ts';
import type { TimeZone } from './time-zone.ts';

/** One schedule of a definition, with the suspend schedules of the definition. */
export interface Schedule {
  readonly cron: Cron;
  readonly zone: TimeZone;
  readonly suspends: readonly SuspendSchedule[];
}

export interface SuspendSchedule {
  readonly id: number;
  readonly cron: Cron;
}

export interface DueMinute {
  readonly minute: Minute;
  /** The first of the suspend schedules that takes this minute out; null: it is launched. */
  readonly suspendedBy: SuspendSchedule | null;
}

/** Each due minute in (after, until], ascending, as it is asked for, with what suspends it. */
export function* dueBetween(
  { cron, zone, suspends }: Schedule,
  after: Minute,
  until: Minute,
): Generator<DueMinute, undefined> {
  for (const minute of launchesBetween(cron, zone, after, until)) {
    yield { minute, suspendedBy: suspendedBy(suspends, zone, minute) };
  }
}

function suspendedBy(
  suspends: readonly SuspendSchedule[],
  zone: TimeZone,
  minute: Minute,
): SuspendSchedule | null {
  return suspends.find(({ cron }) => launchesAt(cron, zone, minute)) ?? null;
}
