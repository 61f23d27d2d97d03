/** `kuroko cron`: when schedules launch, and what suspend schedules take out of that; without a database. */
import { invalid, UserError } from '../../errors.ts';
import { cronWords } from '../../messages/cron-words.ts';
import { checkSuspends } from '../../schedule/check-suspends.ts';
import { clockChangeAt, type ClockChangeNote } from '../../schedule/clock-change-at.ts';
import { type Minute, minuteOf } from '../../schedule/minute.ts';
import { nextOpenLaunch } from '../../schedule/next-open-launch.ts';
import { noSuchZone } from '../../operations/time-zone-problem.ts';
import { parseCron } from '../../schedule/parse-cron.ts';
import { readMoment } from '../../schedule/read-moment.ts';
import { dueBetween, type Schedule } from '../../schedule/suspension.ts';
import { type TimeZone, timeZone } from '../../schedule/time-zone.ts';
import { zonedText } from '../../schedule/zoned-text.ts';
import { clockChangeText, localText } from '../moment-text.ts';
import { ownConfig } from '../own-config.ts';
import { printJson, printLine, printNote, printTable } from '../print.ts';
import type { Cron } from '../../schedule/cron.ts';
import type { Json } from '../json-option.ts';

export interface CronOptions extends Json {
  readonly suspend: readonly string[];
  readonly zone?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Without an end it tells so many launches of each schedule. */
const told = 5;
/** Where suspend schedules leave few: so many with those that are suspended. */
const mostBetween = 100;
const most = 1_000_000;

/** Exit 1, and with `json` an object with `error`, for what is refused. */
export async function cronVerb(
  expressions: readonly string[],
  options: CronOptions,
): Promise<number> {
  try {
    const asked = read(expressions, options);
    const launches = launchesOf(asked);
    if (options.json) printTimes(launches, asked.zone);
    else printLaunches(launches, asked, expressions, options.suspend);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError) || !options.json) throw error;
    printJson({ error: error.message });
    return 1;
  }
}

interface Asked {
  readonly schedules: readonly Schedule[];
  readonly zone: TimeZone;
  readonly from: Minute;
  /** Null: as long as it takes to tell some. */
  readonly to: Minute | null;
}

interface Launch {
  readonly minute: Minute;
  readonly suspendedBy: Cron | null;
  readonly clockChange: ClockChangeNote;
}

/** Throws Invalid for the first thing that is wrong. */
function read(expressions: readonly string[], options: CronOptions): Asked {
  const zone = zoneOf(options.zone ?? ownConfig()?.timeZone ?? 'UTC');
  const suspends = options.suspend.map((text, id) => ({ id, cron: cronOf(text) }));
  const schedules = expressions.map((text) => ({ cron: cronOf(text), zone, suspends }));
  const now = minuteOf(Date.now());
  const from = options.from === undefined ? now : minuteAt(options.from, '--from', zone, now);
  const to = options.to === undefined ? null : minuteAt(options.to, '--to', zone, now);
  const crons = suspends.map(({ cron }) => cron);
  const problem = checkSuspends(schedules, crons, from);
  if (problem !== null) printNote(`${problem}: no definition may have them beside these.`);
  return { schedules, zone, from, to };
}

function cronOf(text: string): Cron {
  const parsed = parseCron(text);
  if (parsed.ok) return parsed.cron;
  throw invalid(parsed.problem.message);
}

function zoneOf(name: string): TimeZone {
  const zone = timeZone(name);
  if (zone !== undefined) return zone;
  throw invalid(noSuchZone(name));
}

function minuteAt(text: string, option: string, zone: TimeZone, now: Minute): Minute {
  const minute = readMoment(text, zone, now);
  if (minute !== null) return minute;
  throw invalid(
    `${option} "${text}" is not understood: write 2026-01-31T02:30:00+09:00, or "2026-01-31 02:30" by the clocks of ${zone.name}.`,
  );
}

/** Those of all schedules, each minute once, ascending. */
function launchesOf({ schedules, zone, from, to }: Asked): Launch[] {
  const found = new Map<Minute, Launch>();
  for (const schedule of schedules) {
    let seen = 0;
    for (const due of dueBetween(schedule, from, to ?? farthest(schedule, from))) {
      const { minute, suspendedBy } = due;
      const clockChange = clockChangeAt(schedule.cron, zone, minute);
      const known = found.get(minute);
      // What is launched by one as it stands is so, whatever another notes of it.
      if (known === undefined || known.clockChange !== null) {
        found.set(minute, { minute, suspendedBy: suspendedBy?.cron ?? null, clockChange });
      }
      if (found.size > most) throw invalid(`These are more than ${most} launches. Ask for less.`);
      seen += 1;
      if (to === null && seen === mostBetween) break;
    }
  }
  return [...found.values()].toSorted((a, b) => a.minute - b.minute);
}

/** As far as the last of the launches that are told, whatever is suspended in between. */
function farthest(schedule: Schedule, from: Minute): Minute {
  let end = from;
  for (let count = 0; count < told; count += 1) end = nextOpenLaunch(schedule, end) ?? end;
  return end;
}

function printTimes(launches: readonly Launch[], zone: TimeZone): void {
  const texts = (of: readonly Launch[]) => of.map(({ minute }) => zonedText(minute, zone));
  printJson({
    times: texts(launches.filter(({ suspendedBy }) => suspendedBy === null)),
    suspended: texts(launches.filter(({ suspendedBy }) => suspendedBy !== null)),
  });
}

function printLaunches(
  launches: readonly Launch[],
  { zone }: Asked,
  expressions: readonly string[],
  suspends: readonly string[],
): void {
  for (const text of expressions) printLine(`${text}: ${cronWords(text)} (${zone.name})`);
  for (const text of suspends) printLine(`suspended by ${text}: ${cronWords(text)}`);
  printLine();
  if (launches.length === 0) return printLine('No launch in that time.');
  printTable(
    ['LAUNCH', ''],
    launches.map(({ minute, suspendedBy, clockChange }) => [
      localText(zonedText(minute, zone)),
      suspendedBy === null ? clockChangeText(clockChange) : `suspended by ${suspendedBy.text}`,
    ]),
  );
}
