/** A minute as people type it: a time of day, with a day before or after it, or ISO 8601. */
import { dateOf, dayOf, weekdayOf } from './calendar.ts';
import { firstShown } from './first-shown.ts';
import { type Minute, minuteOf, minutesOfDay } from './minute.ts';
import type { TimeZone } from './time-zone.ts';

/**
 * `02:30`, `2:30pm`, `yesterday 02:30`, `monday 02:30`, `2026-01-31 02:30`, `2026-01-31` (its midnight),
 * `now`, `30m ago`, by the clocks of the zone; with an offset (`2026-01-31T02:30:00+09:00`) by that. A time
 * alone, or with a weekday, is the last one that has come. A time that clocks leave out is the first minute
 * after the gap; of two the first is meant, as in schedules. Null for whatever it is not.
 */
export function readMoment(text: string, zone: TimeZone, now: Minute): Minute | null {
  const typed = text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
  if (typed === 'now') return now;
  const ago = /^(?<count>\d{1,6}) ?(?<unit>m|min|h|d)(?: ago)?$/.exec(typed)?.groups;
  if (ago !== undefined) return now - Number(ago['count']) * (unitMinutes[ago['unit'] ?? ''] ?? 0);
  if (withOffset.test(typed)) return exactMinute(typed);
  const today = Math.floor((now + zone.stretchAt(now).offset) / minutesOfDay);
  const parts = partsOf(typed);
  if (parts === null) return null;
  const { day: dayText, time } = parts;
  const at = (day: number): Minute => firstShown(day * minutesOfDay + (time ?? 0), zone);
  if (dayText === null) {
    if (time === null) return null;
    return at(today) <= now ? at(today) : at(today - 1);
  }
  const relative = relativeDays[dayText];
  if (relative !== undefined) return at(today + relative);
  const weekday = weekdays.findIndex((name) => dayText === name || dayText === name.slice(0, 3));
  if (weekday < 0) {
    const day = calendarDay(dayText);
    return day === null ? null : at(day);
  }
  const last = today - ((weekdayOf(today) - weekday + 7) % 7);
  return at(last) <= now ? at(last) : at(last - 7);
}

const unitMinutes: Readonly<Record<string, number>> = { m: 1, min: 1, h: 60, d: minutesOfDay };
const relativeDays: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 };
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const withOffset =
  /^\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)? ?(?:z|utc|[+-]\d{2}:?\d{2})$/;

function exactMinute(typed: string): Minute | null {
  const iso = typed
    .replace(' ', 't')
    .replace(/ ?(?:z|utc)$/, 'z')
    .replace(/ ?([+-]\d{2}):?(\d{2})$/, '$1:$2')
    .toUpperCase();
  const moment = Date.parse(iso);
  // `Date` reads 30 February as 1 March.
  return Number.isNaN(moment) || calendarDay(typed.slice(0, 10)) === null ? null : minuteOf(moment);
}

/** The day, as it was typed, and the time in minutes: at most one of each, in any order. */
function partsOf(
  typed: string,
): { readonly day: string | null; readonly time: number | null } | null {
  const words = typed
    .replace(/^(\d{4}-\d{1,2}-\d{1,2})t(?=\d)/, '$1 ')
    .replaceAll(/(?<=\d) (?=[ap]m\b)/g, '')
    .split(/[ ,]+/)
    .filter((word) => word !== 'at' && word !== '');
  let day: string | null = null;
  let time: number | null = null;
  for (const word of words) {
    const found = timeForm.exec(word)?.groups;
    if (found === undefined ? day !== null : time !== null) return null;
    if (found === undefined) {
      day = word;
      continue;
    }
    time = timeOf(Number(found['hour']), Number(found['minute'] ?? 0), found['half']);
    if (time === null) return null;
  }
  return { day, time };
}

/** `02:30`, `02:30:59`, `2:30pm`, `2pm`. */
const timeForm =
  /^(?<hour>\d{1,2})(?=[:ap])(?::(?<minute>\d{2})(?::\d{2}(?:\.\d{1,9})?)?)?(?<half>[ap]m)?$/;

function timeOf(hour: number, minute: number, half: string | undefined): number | null {
  if (minute > 59) return null;
  if (half === undefined) return hour > 23 ? null : hour * 60 + minute;
  if (hour < 1 || hour > 12) return null;
  return ((hour % 12) + (half === 'pm' ? 12 : 0)) * 60 + minute;
}

/** Days since 1970 of `2026-01-31`. */
function calendarDay(text: string): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  if (month < 1 || month > 12 || day < 1 || year < 1970) return null;
  const found = dayOf({ year, month, day });
  return dateOf(found).day === day ? found : null;
}
