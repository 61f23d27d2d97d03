/** The next launches of a schedule, as a preview shows them. */
import { type Cron, matchesDay } from './cron.ts';
import { type Minute, minutesOfDay } from './minute.ts';
import { type DueMinute, dueBetween, type Schedule } from './suspension.ts';
import type { TimeZone } from './time-zone.ts';
import { hasTime } from './times-of-day.ts';

export interface Upcoming extends DueMinute {
  /** The time of day does not exist on that day; it comes again and is launched this time only. */
  readonly clockChange: 'moved' | 'first of two' | null;
}

/** The next `count` due minutes after one, suspended ones among them; fewer if there are no more. */
export function upcoming(schedule: Schedule, after: Minute, count: number): Upcoming[] {
  const { cron, zone } = schedule;
  const found: Upcoming[] = [];
  for (const due of dueBetween(schedule, after, after + furthest)) {
    if (found.length === count) break;
    found.push({ ...due, clockChange: clockChangeAt(cron, zone, due.minute) });
  }
  return found;
}

/** Five times 29 February, across a year 2100. */
const furthest = 41 * 366 * minutesOfDay;

function clockChangeAt(cron: Cron, zone: TimeZone, minute: Minute): Upcoming['clockChange'] {
  if (cron.clock === 'real') return null;
  const { offset, to } = zone.stretchAt(minute);
  const shown = minute + offset;
  const day = Math.floor(shown / minutesOfDay);
  const time = shown - day * minutesOfDay;
  if (!hasTime(cron.times, time) || !matchesDay(cron, day)) return 'moved';
  return shown >= to + zone.stretchAt(to).offset ? 'first of two' : null;
}
