/** The next launch that no suspend schedule takes out. */
import { matchesDay } from './cron.ts';
import { type LaunchRun, launchOf, launchRuns } from './launches.ts';
import { launchesAt } from './launches-at.ts';
import { type Minute, minutesOfDay } from './minute.ts';
import type { Schedule } from './suspension.ts';
import { countOfTimes, hasTime, timeAt } from './times-of-day.ts';

/**
 * Null when all launches are suspended. That is exact although it looks no further than 41 years: what is
 * launched depends on the date, the weekday and the rules of the zone, so on which of the fourteen
 * calendars a year has, and any 40 whole years hold all fourteen (28 do, but for the years about 2100, 2200
 * and 2300 which are no leap years). Only clocks that are set by the moon differ in years of one calendar.
 */
export function nextOpenLaunch(schedule: Schedule, after: Minute): Minute | null {
  const { cron, zone, suspends } = schedule;
  const open = openTimes(schedule);
  for (const run of launchRuns(cron, zone, after, after + everyCalendar)) {
    const isOpen = run.plain
      ? openOn(open, run)
      : (minute: Minute) => suspends.every((one) => !launchesAt(one.cron, zone, minute));
    if (isOpen === null) continue;
    for (let at = run.begin; at < run.end; at += 1) {
      const minute = launchOf(run, at);
      if (isOpen(minute)) return minute;
    }
  }
  return null;
}

const everyCalendar = 41 * 366 * minutesOfDay;

/** Asks of a whole day at once; null when nothing of it is open. */
function openOn(
  open: (day: number) => ReadonlySet<number>,
  { day, midnight }: LaunchRun,
): ((minute: Minute) => boolean) | null {
  const times = open(day);
  return times.size === 0 ? null : (minute) => times.has(minute - midnight);
}

/**
 * The times of a day that are left, for a day without a change of the clocks. There are as many answers as
 * there are sets of suspend schedules that match one day: a minute schedule of which nothing is left is
 * known as such within milliseconds, not after the twenty million minutes of 41 years.
 */
function openTimes({ cron, suspends }: Schedule): (day: number) => ReadonlySet<number> {
  const answers = new Map<string, ReadonlySet<number>>();
  return (day) => {
    const matching = suspends.filter((suspend) => matchesDay(suspend.cron, day));
    const key = matching.map(({ id }) => id).join();
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = new Set<number>();
    for (let index = 0; index < countOfTimes(cron.times); index += 1) {
      const time = timeAt(cron.times, index);
      if (!matching.some((suspend) => hasTime(suspend.cron.times, time))) answer.add(time);
    }
    answers.set(key, answer);
    return answer;
  };
}
