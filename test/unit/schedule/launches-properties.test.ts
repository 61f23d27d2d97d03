/**
 * Launches are those of a naive reading of the contract, minute by minute, in forty zones over twenty
 * years. In the short form that is the days about some of the changes of the clocks;
 * `PROPERTY_RUNS=20000` looks at every minute of the twenty years, with four crons for each year.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DueSpan, dueSpan } from '../../../src/schedule/due-span.ts';
import { launchesAt } from '../../../src/schedule/launches-at.ts';
import { launchesBetween } from '../../../src/schedule/launches.ts';
import { parseCron } from '../../../src/schedule/parse-cron.ts';
import { lead, naiveCron, naiveLaunches, wallClock } from '../../../src/operations/naive-cron.ts';
import { at, cronOf, zoneNamed } from './reading.ts';

const zones =
  `UTC Asia/Tokyo Asia/Kolkata Asia/Kathmandu Asia/Pyongyang Asia/Tehran Asia/Gaza Asia/Amman
  Asia/Dhaka Asia/Novosibirsk Asia/Kamchatka Asia/Karachi Pacific/Chatham Pacific/Apia Pacific/Norfolk
  Pacific/Kiritimati Pacific/Fiji Pacific/Tongatapu Australia/Lord_Howe Australia/Sydney Australia/Eucla
  Africa/Casablanca Africa/Cairo Africa/Juba Africa/Sao_Tome Africa/Windhoek Antarctica/Troll
  Antarctica/Casey Europe/London Europe/Berlin Europe/Istanbul Europe/Volgograd America/New_York
  America/Sao_Paulo America/St_Johns America/Caracas America/Havana America/Asuncion
  America/Scoresbysund America/Port-au-Prince`.split(/\s+/);
const [firstYear, years] = [2008, 20];
const runs = Number(process.env['PROPERTY_RUNS'] ?? 100);
const wholeYears = runs >= 1000;

/** Hours before six half of the time: that is when clocks are changed. */
const crons = fc
  .tuple(
    field(0, 59, 59),
    fc.oneof(field(0, 23, 23), field(0, 5, 5)),
    fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, field(1, 31, 31)),
    fc.oneof({ weight: 5, arbitrary: fc.constant('*') }, field(1, 12, 12)),
    fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, field(0, 7, 6)),
  )
  .map((fields) => fields.join(' '))
  .filter((text) => parseCron(text).ok);

function field(lowest: number, highest: number, longestStep: number): fc.Arbitrary<string> {
  const number = fc.integer({ min: lowest, max: highest });
  const step = fc.integer({ min: 1, max: longestStep }).map((size) => `/${size}`);
  const range = fc
    .tuple(number, number)
    .map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`);
  const stepped = fc.tuple(fc.oneof(range, fc.constant('*')), fc.oneof(fc.constant(''), step));
  const item = fc.oneof(
    number.map(String),
    stepped.map((parts) => parts.join('')),
  );
  return fc.oneof(
    { weight: 3, arbitrary: item },
    fc.array(item, { minLength: 2, maxLength: 3 }).map((items) => items.join(',')),
  );
}

/** Ours and the naive ones, of the minutes that `shown` tells of from `from` on. */
function both(
  text: string,
  name: string,
  from: number,
  shown: Float64Array,
): Record<'ours' | 'naive', { launches: number[]; span: DueSpan | null }> {
  const [cron, zone] = [cronOf(text), zoneNamed(name)];
  const [after, until] = [from + lead - 1, from + shown.length - 1];
  const naive = naiveLaunches(naiveCron(text), from, shown);
  const [first, last] = [naive[0], naive.at(-1)];
  const span =
    first === undefined || last === undefined
      ? null
      : { from: first, to: last, count: naive.length };
  return {
    ours: {
      launches: [...launchesBetween(cron, zone, after, until)],
      span: dueSpan(cron, zone, after, until),
    },
    naive: { launches: naive, span },
  };
}

describe('launches', () => {
  it('are looked at in forty zones', () => {
    expect(new Set(zones).size).toBe(40);
  });

  it.each(zones)('in %s are those of the naive reading', (name) => {
    for (const [from, to] of periods(name)) {
      const shown = wallClock(name, from, to);
      fc.assert(
        fc.property(crons, (text) => {
          const { ours, naive } = both(text, name, from, shown);
          expect(ours).toEqual(naive);
        }),
        { numRuns: wholeYears ? Math.ceil(runs / 5000) : 2 },
      );
    }
  });

  /** Every year; in the short form the days about the changes of one year in five. */
  function periods(name: string): [from: number, to: number][] {
    return Array.from({ length: years }, (_, past) => firstYear + past).flatMap((year) => {
      const [begin, end] = [at(`${year}-01-01T00:00Z`), at(`${year + 1}-01-01T00:00Z`)];
      if (wholeYears) return [[begin - lead, end]];
      if (year % 5 !== name.length % 5) return [];
      return changesBetween(name, begin, end).map((change): [number, number] => [
        change - 2 * 1440 - lead,
        change + 3 * 1440,
      ]);
    });
  }

  /** The end of a year without any is as good. */
  function changesBetween(name: string, begin: number, end: number): number[] {
    const { stretchAt } = zoneNamed(name);
    const changes: number[] = [];
    for (let from = begin; from < end; from = stretchAt(from).to) changes.push(stretchAt(from).to);
    return changes;
  }
});

describe('a minute', () => {
  it('is a launch or not, as it is among the launches or not', () => {
    const moment = fc.integer({ min: at('2008-01-01T00:00Z'), max: at('2028-01-01T00:00Z') });
    fc.assert(
      fc.property(crons, fc.constantFrom(...zones), moment, (text, name, near) => {
        const [cron, zone] = [cronOf(text), zoneNamed(name)];
        // The change before it, and the hours about it.
        const change = zone.stretchAt(near).from;
        const launches = new Set(launchesBetween(cron, zone, change - 200, change + 200));
        for (let minute = change - 199; minute <= change + 200; minute += 1) {
          expect(launchesAt(cron, zone, minute)).toBe(launches.has(minute));
        }
      }),
      { numRuns: runs },
    );
  });
});
