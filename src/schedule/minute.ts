/** Moments, as schedules see them: whole minutes since 1970-01-01T00:00Z, whatever the seconds. */

/** A number of minutes since 1970 in UTC; in a local clock's reading, the same number of what it shows. */
export type Minute = number;

/** The minute that holds a moment given in milliseconds since 1970. */
export function minuteOf(milliseconds: number): Minute {
  return Math.floor(milliseconds / 60_000);
}

/** The moment a minute begins, in milliseconds since 1970. */
export function millisecondsOf(minute: Minute): number {
  return minute * 60_000;
}

export const minutesOfDay = 1440;
