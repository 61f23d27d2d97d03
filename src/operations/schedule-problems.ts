/** Everything that keeps schedules from being saved. */
import { highestCatchUpCap, longestCatchUpWindow } from '../config.ts';
import { checkSuspends } from '../schedule/check-suspends.ts';
import { minuteOf } from '../schedule/minute.ts';
import { parseCron } from '../schedule/parse-cron.ts';
import { timeZone } from '../schedule/time-zone.ts';
import { noSuchZone } from './time-zone-problem.ts';
import type { Cron } from '../schedule/cron.ts';
import type { TimeZone } from '../schedule/time-zone.ts';
import type { ScheduleFields } from '../store/schedules.ts';
import type { ScheduleFacts } from './readable-schedule.ts';

/** What a definition launches by itself, and what is taken out of that. */
export interface ScheduleSet {
  readonly schedules: readonly ScheduleFields[];
  /** Crons, each in the zone of the schedule that it takes minutes out of. */
  readonly suspendSchedules: readonly string[];
}

export interface ScheduleProblem {
  readonly field: 'schedules' | 'suspend_schedules';
  /** Of the one that is wrong; null: it is all of them together. */
  readonly index: number | null;
  /** A sentence. It quotes what was typed: escape it. */
  readonly message: string;
}

/** None when they can be saved. Suspend schedules that would leave no launch are found by looking at the launches. */
export function scheduleProblems(
  { schedules, suspendSchedules }: ScheduleSet,
  facts: ScheduleFacts,
  now: Date,
): ScheduleProblem[] {
  const problems: ScheduleProblem[] = [];
  const read: { readonly cron: Cron; readonly zone: TimeZone }[] = [];
  const seen = new Set<string>();
  for (const [index, schedule] of schedules.entries()) {
    const say = (message: string) => problems.push({ field: 'schedules', index, message });
    const parsed = parseCron(schedule.cron.trim());
    const name = schedule.timeZone ?? facts.timeZone;
    const zone = timeZone(name);
    if (!parsed.ok) say(parsed.problem.message);
    if (zone === undefined) say(noSuchZone(name));
    for (const message of catchUpProblems(schedule)) say(message);
    if (!parsed.ok || zone === undefined) continue;
    if (seen.size === seen.add(`${parsed.cron.text} ${zone.name}`).size) {
      say(`\`${schedule.cron}\` is there twice.`);
    }
    read.push({ cron: parsed.cron, zone });
  }
  const suspends: Cron[] = [];
  const suspended = new Set<string>();
  for (const [index, text] of suspendSchedules.entries()) {
    const say = (message: string) => problems.push({ field: 'suspend_schedules', index, message });
    const parsed = parseCron(text.trim());
    if (!parsed.ok) say(parsed.problem.message);
    else if (suspended.size === suspended.add(parsed.cron.text).size) {
      say(`\`${text}\` is there twice.`);
    } else suspends.push(parsed.cron);
  }
  if (problems.length > 0) return problems;
  const advice = schedules.length === 0 ? 'there is nothing to suspend' : 'no launch would be left';
  const message = checkSuspends(read, suspends, minuteOf(now.getTime()));
  return message === null
    ? []
    : [{ field: 'suspend_schedules', index: null, message: `${message}: ${advice}.` }];
}

function catchUpProblems({ catchUpWindow: window, catchUpCap: cap }: ScheduleFields): string[] {
  return [
    ...(window === null || isWithin(window, 0, longestCatchUpWindow)
      ? []
      : [`The window of the catch-up must be 0 to ${longestCatchUpWindow} minutes.`]),
    ...(cap === null || isWithin(cap, 1, highestCatchUpCap)
      ? []
      : [`The cap of the catch-up must be 1 to ${highestCatchUpCap} launches.`]),
  ];
}

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

/** As it is stored: as it was written, without needless white space. */
export const storedCron = (text: string): string => text.trim().split(/\s+/).join(' ');

/** `schedules.0: ...`, as problems of a definition are told. */
export const describeScheduleProblem = ({ field, index, message }: ScheduleProblem): string =>
  `${field}${index === null ? '' : `.${index}`}: ${message}`;
