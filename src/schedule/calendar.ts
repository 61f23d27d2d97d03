/**
 * The Gregorian calendar by arithmetic: a day is the number of days since 1970-01-01. Four times as fast
 * as a `Date`, which matters where 41 years are looked at day by day. After Howard Hinnant's
 * "chrono-compatible low-level date algorithms".
 */

export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** The date of a day. Years are reckoned from March, so that a leap day is the last of its year. */
export function dateOf(day: number): CalendarDate {
  const shifted = day + daysBefore1970;
  const era = Math.floor(shifted / daysOfEra);
  const ofEra = shifted - era * daysOfEra;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

/** The day of a date; month 13 is January of the next year. */
export function dayOf({ year, month, day }: CalendarDate): number {
  if (month > 12) return dayOf({ year: year + 1, month: month - 12, day });
  const fromMarch = month > 2 ? month - 3 : month + 9;
  const counted = month > 2 ? year : year - 1;
  const era = Math.floor(counted / 400);
  const yearOfEra = counted - era * 400;
  const ofYear = Math.floor((153 * fromMarch + 2) / 5) + day - 1;
  const ofEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear;
  return era * daysOfEra + ofEra - daysBefore1970;
}

/** 0 is Sunday; 1970 began on a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** From 0000-03-01. */
const daysBefore1970 = 719_468;
const daysOfEra = 146_097;
