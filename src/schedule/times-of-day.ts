/**
 * The times of day of a cron, counted from 0 on: each minute of each hour. Not written out, since a minute
 * schedule has 1,440 of them: a thousand such schedules would take 11 MB.
 */

export interface TimesOfDay {
  /** Ascending, as the minutes are. */
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
}

export function countOfTimes({ hours, minutes }: TimesOfDay): number {
  return hours.length * minutes.length;
}

/** The time with that index, one of the count, in minutes since the day began. */
export function timeAt({ hours, minutes }: TimesOfDay, index: number): number {
  const hour = Math.floor(index / minutes.length);
  return Number(hours[hour]) * 60 + Number(minutes[index - hour * minutes.length]);
}

/** The index of the first time that is not before `time`; the count of all if there is none. */
export function firstFrom({ hours, minutes }: TimesOfDay, time: number): number {
  const hour = Math.floor(time / 60);
  const index = firstNotBelow(hours, hour);
  const before = index * minutes.length;
  return hours[index] === hour ? before + firstNotBelow(minutes, time - hour * 60) : before;
}

export function hasTime({ hours, minutes }: TimesOfDay, time: number): boolean {
  const hour = Math.floor(time / 60);
  return hours.includes(hour) && minutes.includes(time - hour * 60);
}

/** At most sixty: looked through as fast as halved. */
function firstNotBelow(ascending: readonly number[], value: number): number {
  const index = ascending.findIndex((each) => each >= value);
  return index < 0 ? ascending.length : index;
}
