/**
 * The launches of a cron between two moments, and the rule for changes of the clocks (contract, section 4):
 * a time of day that does not exist is launched at the first minute after the gap, one that comes twice
 * the first time only; what follows real time knows neither. Several times on one minute are one launch.
 */
import { type Cron, nextMatchingDay } from './cron.ts';
import { type Minute, minutesOfDay } from './minute.ts';
import type { Stretch, TimeZone } from './time-zone.ts';
import { countOfTimes, firstFrom, timeAt, type TimesOfDay } from './times-of-day.ts';

/**
 * Launches of one day: `midnight` plus each of `times` from number `begin` to before number `end`. A year of a
 * minute schedule is 365 of them, so that 400 days are counted in 0.2 ms.
 */
export interface LaunchRun {
  /** As the clocks of the zone count days. */
  readonly day: number;
  /** When that day began, by the offset that holds during the run. */
  readonly midnight: Minute;
  readonly times: TimesOfDay;
  readonly begin: number;
  readonly end: number;
  /** Near no change of the clocks: a cron that matches day and time here launches, and no other does. */
  readonly plain: boolean;
}

/** Each minute in (after, until] on which a cron launches, once, ascending, as it is asked for. */
export function* launchesBetween(
  cron: Cron,
  zone: TimeZone,
  after: Minute,
  until: Minute,
): Generator<Minute, undefined> {
  for (const run of launchRuns(cron, zone, after, until)) {
    for (let at = run.begin; at < run.end; at += 1) yield launchOf(run, at);
  }
}

/** The same by days. */
export function* launchRuns(
  cron: Cron,
  zone: TimeZone,
  after: Minute,
  until: Minute,
): Generator<LaunchRun, undefined> {
  let from = after + 1;
  while (from <= until) {
    const stretch = zone.stretchAt(from);
    const to = Math.min(stretch.to, until + 1);
    yield* runsOfStretch(cron, stretch, from, to);
    from = to;
  }
}

/**
 * The next launch after a minute. Null only for a cron that `parseCron` refuses: the longest wait is that
 * for 29 February, of eight years.
 */
export function nextLaunch(cron: Cron, zone: TimeZone, after: Minute): Minute | null {
  for (const run of launchRuns(cron, zone, after, after + longestWait)) {
    return launchOf(run, run.begin);
  }
  return null;
}

const longestWait = 12 * 366 * minutesOfDay;

/** The launch at that one of the times. */
export function launchOf({ midnight, times }: LaunchRun, at: number): Minute {
  return midnight + timeAt(times, at);
}

/** Launches in [from, to), all of them in one stretch. */
function* runsOfStretch(
  cron: Cron,
  stretch: Stretch,
  from: Minute,
  to: Minute,
): Generator<LaunchRun, undefined> {
  const { offset, before } = stretch;
  const settled = Math.min(Math.max(from, settledAt(stretch)), to);
  if (cron.clock === 'real') {
    yield* localRuns(cron, from + offset, settled + offset, { offset, plain: false });
  } else if (from === stretch.from && before < offset) {
    const missed = localRuns(cron, from + before, from + offset + 1, { offset, plain: false });
    const [first] = missed;
    if (first !== undefined) yield { ...first, midnight: from, times: atOnce, begin: 0, end: 1 };
  }
  yield* localRuns(cron, settled + offset, to + offset, { offset, plain: true });
}

const atOnce: TimesOfDay = { hours: [0], minutes: [0] };

/** From when on the clocks show what they have not shown before and nothing is missing any more. */
function settledAt({ from, before, offset }: Stretch): Minute {
  return before < offset ? from + 1 : from + before - offset;
}

/** What the clock on the wall would launch from one of its minutes to before another. */
function* localRuns(
  cron: Cron,
  from: Minute,
  to: Minute,
  { offset, plain }: { readonly offset: number; readonly plain: boolean },
): Generator<LaunchRun, undefined> {
  const { times } = cron;
  const days = Math.ceil(to / minutesOfDay);
  let day = nextMatchingDay(cron, Math.floor(from / minutesOfDay), days);
  while (day < days) {
    const shown = day * minutesOfDay;
    const begin = shown < from ? firstFrom(times, from - shown) : 0;
    const end = shown + minutesOfDay > to ? firstFrom(times, to - shown) : countOfTimes(times);
    if (begin < end) yield { day, midnight: shown - offset, times, begin, end, plain };
    day = nextMatchingDay(cron, day + 1, days);
  }
}
