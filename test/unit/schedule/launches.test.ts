/** What the rule for changes of the clocks says, case by case. */
import { describe, expect, it } from 'vitest';
import { launchesBetween, nextLaunch } from '../../../src/schedule/launches.ts';
import { dueSpan } from '../../../src/schedule/due-span.ts';
import { zonedText } from '../../../src/schedule/zoned-text.ts';
import { at, cronOf, zoneNamed } from './reading.ts';

/** Launches in (from, to], as the clocks of the zone show them. */
function launches(cron: string, name: string, from: string, to: string): string[] {
  const zone = zoneNamed(name);
  const minutes = launchesBetween(cronOf(cron), zone, at(from), at(to));
  return [...minutes].map((minute) => zonedText(minute, zone));
}

describe('a time of day that does not exist', () => {
  const gap = ['America/New_York', '2024-03-10T00:00-05:00', '2024-03-10T03:59-04:00'] as const;

  it('is launched at the first minute after the gap', () => {
    expect(launches('30 2 * * *', ...gap)).toEqual(['2024-03-10T03:00:00-04:00']);
  });

  it('is one launch with the others that do not exist, and with the first that does', () => {
    expect(launches('0-59 2,3 * * *', ...gap)).toHaveLength(60);
    expect(launches('0,30 1,2,3 * * *', ...gap)).toEqual([
      '2024-03-10T01:00:00-05:00',
      '2024-03-10T01:30:00-05:00',
      '2024-03-10T03:00:00-04:00',
      '2024-03-10T03:30:00-04:00',
    ]);
  });

  it('is not missed by what follows real time', () => {
    expect(launches('*/30 2 * * *', ...gap)).toEqual([]);
    expect(launches('30 * * * *', ...gap)).toEqual([
      '2024-03-10T00:30:00-05:00',
      '2024-03-10T01:30:00-05:00',
      '2024-03-10T03:30:00-04:00',
    ]);
  });

  it('may be midnight, half an hour, two hours, or a whole day', () => {
    expect(
      launches('0 0 * * *', 'Africa/Cairo', '2024-04-25T12:00+02:00', '2024-04-26T12:00+03:00'),
    ).toEqual(['2024-04-26T01:00:00+03:00']);
    expect(
      launches('15 2 * * *', 'Australia/Lord_Howe', '2024-10-05T12:00Z', '2024-10-06T01:00Z'),
    ).toEqual(['2024-10-06T02:30:00+11:00']);
    expect(
      launches('30 2 * * *', 'Antarctica/Troll', '2024-03-30T12:00Z', '2024-03-31T12:00Z'),
    ).toEqual(['2024-03-31T03:00:00+02:00']);
    expect(
      launches('0 9 * * *', 'Pacific/Apia', '2011-12-29T00:00-10:00', '2011-12-31T23:00+14:00'),
    ).toEqual([
      '2011-12-29T09:00:00-10:00',
      '2011-12-31T00:00:00+14:00',
      '2011-12-31T09:00:00+14:00',
    ]);
    expect(
      launches('* 9 30 12 *', 'Pacific/Apia', '2011-12-01T00:00Z', '2012-01-31T00:00Z'),
    ).toEqual([]);
  });
});

describe('a time of day that comes twice', () => {
  const twice = ['America/New_York', '2024-11-03T00:00-04:00', '2024-11-03T02:15-05:00'] as const;

  it('is launched the first time only', () => {
    expect(launches('30 1 * * *', ...twice)).toEqual(['2024-11-03T01:30:00-04:00']);
    expect(launches('0,30 0-2 * * *', ...twice)).toEqual([
      '2024-11-03T00:30:00-04:00',
      '2024-11-03T01:00:00-04:00',
      '2024-11-03T01:30:00-04:00',
      '2024-11-03T02:00:00-05:00',
    ]);
  });

  it('is launched both times by what follows real time', () => {
    expect(launches('30 * * * *', ...twice)).toHaveLength(3);
    expect(launches('*/20 1 * * *', ...twice)).toHaveLength(6);
    expect(launches('* * * * *', ...twice)).toHaveLength(195);
  });

  it('is not launched again by a look that begins between the two', () => {
    const between = '2024-11-03T01:00-05:00';
    expect(launches('30 1 * * *', 'America/New_York', between, twice[2])).toEqual([]);
    expect(launches('30 1 * * *', 'America/New_York', '2024-11-03T01:29-04:00', between)).toEqual([
      '2024-11-03T01:30:00-04:00',
    ]);
  });
});

describe('the next launch', () => {
  it.each([
    ['0 0 29 2 *', 'UTC', '2096-02-29T00:00Z', '2104-02-29T00:00:00Z'],
    ['0 0 29 2 *', 'Asia/Tokyo', '2024-02-28T14:59Z', '2024-02-29T00:00:00+09:00'],
    ['45 5 * * *', 'Asia/Kathmandu', '2024-06-01T00:00Z', '2024-06-02T05:45:00+05:45'],
    ['* * * * *', 'UTC', '2024-12-31T23:59Z', '2025-01-01T00:00:00Z'],
    ['0 0 1 1 *', 'America/New_York', '1969-12-31T00:00Z', '1970-01-01T00:00:00-05:00'],
  ])('of %s in %s after %s is %s', (cron, name, after, expected) => {
    const zone = zoneNamed(name);
    const next = nextLaunch(cronOf(cron), zone, at(after));
    expect(next === null ? null : zonedText(next, zone)).toBe(expected);
  });
});

it('there is no next launch for a date that never comes', () => {
  const leapDay = cronOf('0 0 29 2 *');
  const never = { ...leapDay, days: new Set([30]) };
  expect(nextLaunch(leapDay, zoneNamed('UTC'), at('2024-01-01T00:00Z'))).not.toBeNull();
  expect(nextLaunch(never, zoneNamed('UTC'), at('2024-01-01T00:00Z'))).toBeNull();
});

describe('the span of launches', () => {
  const utc = zoneNamed('UTC');

  it('counts 400 days of minutes by days', () => {
    const until = at('2026-11-24T12:34Z');
    const after = until - 400 * 1440;
    const span = dueSpan(cronOf('* * * * *'), utc, after, until);
    expect(span).toEqual({ from: after + 1, to: until, count: 576_000 });
  });

  it('is null when there is none, or when until is not after', () => {
    const noon = at('2024-06-01T12:00Z');
    expect(dueSpan(cronOf('0 13 * * *'), utc, noon, noon + 59)).toBeNull();
    expect(dueSpan(cronOf('0 13 * * *'), utc, noon, noon + 60)?.count).toBe(1);
    expect(dueSpan(cronOf('* * * * *'), utc, noon, noon)).toBeNull();
    expect(dueSpan(cronOf('* * * * *'), utc, noon, noon - 60)).toBeNull();
  });
});
