/** Crons, zones and minutes as tests write them; what cannot be read is a fault of the test. */
import type { Cron } from '../../../src/schedule/cron.ts';
import { type Minute, minuteOf } from '../../../src/schedule/minute.ts';
import { parseCron } from '../../../src/schedule/parse-cron.ts';
import { type TimeZone, timeZone } from '../../../src/schedule/time-zone.ts';

export function cronOf(text: string): Cron {
  const parsed = parseCron(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.cron;
}

export function zoneNamed(name: string): TimeZone {
  const zone = timeZone(name);
  if (zone === undefined) throw new Error(`There is no zone ${name}.`);
  return zone;
}

/** The minute of an ISO 8601 text with its offset. */
export function at(text: string): Minute {
  const moment = Date.parse(text);
  if (Number.isNaN(moment)) throw new Error(`${text} is no time.`);
  return minuteOf(moment);
}
