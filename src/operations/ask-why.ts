/** Why a definition was launched at a time, or was not, as a person asks: the time as it was typed. */
import { invalid } from '../errors.ts';
import { launchesAround } from '../schedule/launches-around.ts';
import { millisecondsOf, type Minute, minuteOf } from '../schedule/minute.ts';
import { readMoment } from '../schedule/read-moment.ts';
import { dueBetween } from '../schedule/suspension.ts';
import { type TimeZone, timeZone } from '../schedule/time-zone.ts';
import { zonedText } from '../schedule/zoned-text.ts';
import { findInstance } from '../store/instances.ts';
import { scheduleNow, schedulesOf, type PlannedSchedule } from '../store/schedules.ts';
import { databaseClock, type Clock } from './clock.ts';
import { readableSchedule } from './readable-schedule.ts';
import { why, type WhyAnswer } from './why.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Connection } from '../store/database.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { MinuteOutcome, ScheduleAnswer } from '../store/schedule-answer.ts';

export interface WhyTold {
  /** How the time was understood, ISO 8601; several where the schedules have several zones. */
  readonly moments: readonly { readonly text: string; readonly timeZone: string }[];
  /** Of the schedules that it concerns; of all that are there, if it concerns none. */
  readonly answers: readonly ScheduleAnswer[];
}

/** A time without an offset is one of each schedule's own zone. Throws Invalid where it is none. */
export async function askWhy(
  on: Connection,
  definitionId: number,
  typed: string,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<WhyTold> {
  const now = minuteOf((await scheduleNow(on, clock())).getTime());
  const schedules = await schedulesOf(on, [definitionId], { removed: true });
  const left = schedules.filter(({ removedAt }) => removedAt === null);
  const names = (left.length > 0 ? left : schedules).map((schedule) => zoneName(schedule, facts));
  const zones = [...new Set(names.length > 0 ? names : [facts.timeZone])].map(zoneNamed);
  const asked = zones.map((zone) => ({ zone, minute: minuteIn(typed, zone, now) }));
  const told: Told[] = [];
  for (const minute of new Set(asked.map((one) => one.minute))) {
    const meant = asked.filter((one) => one.minute === minute).map(({ zone }) => zone.name);
    const { answers } = await why(on, definitionId, dateOf(minute), facts, clock);
    for (const { schedule, answer } of answers) {
      const zone = zoneName(schedule, facts);
      if (zones.length > 1 && !meant.includes(zone)) continue;
      const outcome = await outcomeOf(on, schedule, answer, minute, facts);
      told.push({
        gone: schedule.removedAt !== null,
        cron: schedule.cron,
        timeZone: zone,
        outcome,
      });
    }
  }
  return {
    moments: asked.map(({ zone, minute }) => ({
      text: zonedText(minute, zone),
      timeZone: zone.name,
    })),
    answers: concerned(told).map(({ cron, timeZone: zone, outcome }) => ({
      cron,
      timeZone: zone,
      outcome,
    })),
  };
}

type Told = ScheduleAnswer & { readonly gone: boolean };

function concerned(told: readonly Told[]): readonly Told[] {
  const due = told.filter(({ outcome }) => outcome.type !== 'not_due');
  // What a schedule says that was removed before is of interest only where nothing else is said.
  const sure = due.filter(({ gone, outcome }) => !gone || !isOutside(outcome));
  if (sure.length > 0) return sure;
  const there = told.filter(({ gone }) => !gone);
  return there.length > 0 ? there : due.length > 0 ? due : told;
}

const isOutside = ({ type }: MinuteOutcome): boolean =>
  type === 'after_removed' || type === 'before_saved';

const zoneName = (schedule: PlannedSchedule, facts: EngineFacts): string =>
  schedule.timeZone ?? schedule.configuredZone ?? facts.timeZone;

/** One that this version does not know goes by UTC here: nothing is launched in it either. */
function zoneNamed(name: string): TimeZone {
  const zone = timeZone(name) ?? timeZone('UTC');
  if (zone === undefined) throw new Error('there is no UTC');
  return zone;
}

function minuteIn(typed: string, zone: TimeZone, now: Minute): Minute {
  const minute = readMoment(typed, zone, now);
  if (minute !== null) return minute;
  throw invalid(
    `"${typed}" is no time that is understood. Say 02:30, yesterday 02:30, 2026-01-31 02:30, or with an offset 2026-01-31T02:30:00Z.`,
  );
}

async function outcomeOf(
  on: Connection,
  schedule: PlannedSchedule,
  answer: WhyAnswer,
  minute: Minute,
  facts: EngineFacts,
): Promise<MinuteOutcome> {
  const zone = zoneNamed(zoneName(schedule, facts));
  const text = (at: Date): string => secondsText(at, zone);
  switch (answer.type) {
    case 'accounted':
      return accountedOutcome(on, answer.row, text);
    case 'not_due':
      return { type: 'not_due', ...around(schedule, minute, zone, facts) };
    case 'not_yet':
      return {
        type: 'not_yet',
        suspendedBy: suspenderOf(schedule, minute, facts),
        suspended: schedule.suspended,
      };
    case 'before_saved':
      return { type: 'before_saved', since: text(answer.since) };
    case 'after_removed':
      return { type: 'after_removed', removed: text(answer.removedAt) };
    case 'set_aside':
      return { type: 'set_aside', since: text(answer.since), reason: answer.reason };
    case 'forgotten':
      return { type: 'forgotten' };
  }
}

async function accountedOutcome(
  on: Connection,
  row: LedgerRow,
  text: (at: Date) => string,
): Promise<MinuteOutcome> {
  const { outcome, instanceId, preventedBy, mergedInto, because, suspendCron, missed } = row;
  switch (outcome) {
    case 'launched':
      return { type: outcome, instanceId: instanceId ?? 0, at: text(row.accountedAt), missed };
    case 'prevented': {
      const other = preventedBy === null ? null : await findInstance(on, preventedBy);
      const now = other?.status ?? null;
      return { type: outcome, instanceId: instanceId ?? 0, by: preventedBy ?? 0, now };
    }
    case 'suspended':
      return { type: outcome, by: suspendCron };
    case 'merged':
      return { type: outcome, into: text(mergedInto ?? row.toAt) };
    case 'skipped':
      return { type: outcome, because: because ?? 'policy' };
  }
}

function around(schedule: PlannedSchedule, minute: Minute, zone: TimeZone, facts: EngineFacts) {
  const { cron } = readableSchedule({ ...schedule, suspends: [] }, facts);
  const { before, after } = launchesAround(cron, zone, minute);
  return {
    before: before === null ? null : zonedText(before, zone),
    after: after === null ? null : zonedText(after, zone),
  };
}

function suspenderOf(schedule: PlannedSchedule, minute: Minute, facts: EngineFacts): string | null {
  const suspends = schedule.suspends;
  try {
    const [due] = dueBetween(readableSchedule(schedule, facts), minute - 1, minute);
    return suspends.find(({ id }) => id === due?.suspendedBy?.id)?.cron ?? null;
  } catch {
    // Another version has saved what this one cannot read; the keeper sets it aside.
    return null;
  }
}

/** `2024-11-03T01:30:07-04:00`: offsets of today's zones are whole minutes. */
function secondsText(at: Date, zone: TimeZone): string {
  const text = zonedText(minuteOf(at.getTime()), zone);
  return `${text.slice(0, 17)}${String(at.getUTCSeconds()).padStart(2, '0')}${text.slice(19)}`;
}

const dateOf = (minute: Minute): Date => new Date(millisecondsOf(minute));
