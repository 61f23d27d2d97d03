/** A cron that has been read: when it launches, by the calendar and the clock on the wall. */
import { dateOf, dayOf, weekdayOf } from './calendar.ts';
import type { TimesOfDay } from './times-of-day.ts';

export interface Cron {
  /** Five fields with one space between them, in numbers: what two spellings of one cron have in common. */
  readonly text: string;
  readonly times: TimesOfDay;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Whether a date must suit both of day and weekday, or, neither being literally `*`, either. */
  readonly dayRule: 'both' | 'either';
  /**
   * What a change of the clocks does: `fixed` are times of day, launched once a day come what may; `real`
   * goes on as time does (minute or hour are `*` or `*` with a step, the whole field).
   */
  readonly clock: 'fixed' | 'real';
}

/** Whether a cron has launches on a day (days since 1970, as its clock counts them). */
export function matchesDay(cron: Cron, day: number): boolean {
  const date = dateOf(day);
  return cron.months.has(date.month) && suitsDate(cron, date.day, day);
}

/** The first day with launches from `from` on and before `end`; `end` if there is none. */
export function nextMatchingDay(cron: Cron, from: number, end: number): number {
  let day = from;
  while (day < end) {
    const date = dateOf(day);
    if (!cron.months.has(date.month)) day = dayOf({ ...date, month: date.month + 1, day: 1 });
    else if (suitsDate(cron, date.day, day)) return day;
    else day += 1;
  }
  return end;
}

function suitsDate(cron: Cron, dayOfMonth: number, day: number): boolean {
  const suitsDay = cron.days.has(dayOfMonth);
  const suitsWeekday = cron.weekdays.has(weekdayOf(day));
  return cron.dayRule === 'either' ? suitsDay || suitsWeekday : suitsDay && suitsWeekday;
}
