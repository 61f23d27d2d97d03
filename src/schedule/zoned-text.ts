/** A minute as a text that says what the clock on the wall shows, and by which offset. */
import { dateOf } from './calendar.ts';
import { type Minute, minutesOfDay } from './minute.ts';
import type { TimeZone } from './time-zone.ts';

/** ISO 8601 with seconds and offset: `2024-11-03T01:30:00-04:00`, `Z` where the zone is UTC itself. */
export function zonedText(minute: Minute, { name, stretchAt }: TimeZone): string {
  const { offset } = stretchAt(minute);
  const shown = minute + offset;
  const { year, month, day } = dateOf(Math.floor(shown / minutesOfDay));
  const time = shown - Math.floor(shown / minutesOfDay) * minutesOfDay;
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return `${date}T${clock(time)}:00${isUtc(name) ? 'Z' : signed(offset)}`;
}

function isUtc(name: string): boolean {
  return /^(?:etc\/)?utc$/i.test(name);
}

function signed(offset: number): string {
  return `${offset < 0 ? '-' : '+'}${clock(Math.abs(offset))}`;
}

function clock(minutes: number): string {
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const two = (number: number): string => String(number).padStart(2, '0');
