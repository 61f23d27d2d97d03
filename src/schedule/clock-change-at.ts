/** What a change of the clocks did to one launch. */
import { type Cron, matchesDay } from './cron.ts';
import { type Minute, minutesOfDay } from './minute.ts';
import type { TimeZone } from './time-zone.ts';
import { hasTime } from './times-of-day.ts';

/** The time of day does not exist on that day; it comes again and is launched this time only. */
export type ClockChangeNote = 'moved' | 'first of two' | null;

export function clockChangeAt(cron: Cron, zone: TimeZone, minute: Minute): ClockChangeNote {
  if (cron.clock === 'real') return null;
  const { offset, to } = zone.stretchAt(minute);
  const shown = minute + offset;
  const day = Math.floor(shown / minutesOfDay);
  const time = shown - day * minutesOfDay;
  if (!hasTime(cron.times, time) || !matchesDay(cron, day)) return 'moved';
  return shown >= to + zone.stretchAt(to).offset ? 'first of two' : null;
}
