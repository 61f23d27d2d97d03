/** The next launches of a schedule, as a preview shows them. */
import { clockChangeAt, type ClockChangeNote } from './clock-change-at.ts';
import { type Minute, minutesOfDay } from './minute.ts';
import { type DueMinute, dueBetween, type Schedule } from './suspension.ts';

export interface Upcoming extends DueMinute {
  readonly clockChange: ClockChangeNote;
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
