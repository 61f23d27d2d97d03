/** The hour, day, week or month of a zone that holds a moment. */
import { dateOf, dayOf, weekdayOf } from './calendar.ts';
import { firstShown } from './first-shown.ts';
import { millisecondsOf, type Minute, minuteOf, minutesOfDay } from './minute.ts';
import { timeZone } from './time-zone.ts';

export interface CalendarPeriod {
  readonly from: Date;
  /** Not part of it any more. */
  readonly before: Date;
}

/** Weeks begin on Monday. A day that begins with a time that does not exist begins right after it. */
export function calendarPeriod(
  period: 'hourly' | 'daily' | 'weekly' | 'monthly',
  at: Date,
  zoneName: string,
): CalendarPeriod {
  const zone = timeZone(zoneName);
  if (zone === undefined) throw new RangeError(`There is no time zone ${zoneName}.`);
  const minute = minuteOf(at.getTime());
  const shown = minute + zone.stretchAt(minute).offset;
  const today = Math.floor(shown / minutesOfDay);
  const days = (from: number, before: number): CalendarPeriod => ({
    from: dateAt(firstShown(from * minutesOfDay, zone)),
    before: dateAt(firstShown(before * minutesOfDay, zone)),
  });
  switch (period) {
    case 'hourly': {
      // Not by the clock on the wall, which shows one hour of the year twice.
      const from = minute - (((shown % 60) + 60) % 60);
      return { from: dateAt(from), before: dateAt(from + 60) };
    }
    case 'daily':
      return days(today, today + 1);
    case 'weekly': {
      const monday = today - ((weekdayOf(today) + 6) % 7);
      return days(monday, monday + 7);
    }
    case 'monthly': {
      const { year, month } = dateOf(today);
      return days(dayOf({ year, month, day: 1 }), dayOf({ year, month: month + 1, day: 1 }));
    }
  }
}

function dateAt(minute: Minute): Date {
  return new Date(millisecondsOf(minute));
}
