import { describe, expect, it } from 'vitest';
import { checkSuspends } from '../../../src/schedule/check-suspends.ts';
import { nextOpenLaunch } from '../../../src/schedule/next-open-launch.ts';
import type { Schedule } from '../../../src/schedule/suspension.ts';
import { upcoming } from '../../../src/schedule/upcoming.ts';
import { zonedText } from '../../../src/schedule/zoned-text.ts';
import { at, cronOf, zoneNamed } from './reading.ts';

const now = at('2024-01-15T10:20Z');

function schedule(cron: string, suspends: readonly string[], zone = 'UTC'): Schedule {
  return {
    cron: cronOf(cron),
    zone: zoneNamed(zone),
    suspends: suspends.map((text, index) => ({ id: index + 1, cron: cronOf(text) })),
  };
}

describe('a preview', () => {
  const shown = (of: Schedule, after: string, count = 5): unknown[] =>
    upcoming(of, at(after), count).map(({ minute, suspendedBy, clockChange }) => [
      zonedText(minute, of.zone),
      suspendedBy?.id ?? null,
      clockChange,
    ]);

  it('marks what is suspended, with the first that suspends it', () => {
    expect(
      shown(schedule('0 10 * * *', ['* * * * 0', '0 * 20-21 * *']), '2024-01-18T12:00Z'),
    ).toEqual([
      ['2024-01-19T10:00:00Z', null, null],
      ['2024-01-20T10:00:00Z', 2, null],
      ['2024-01-21T10:00:00Z', 1, null],
      ['2024-01-22T10:00:00Z', null, null],
      ['2024-01-23T10:00:00Z', null, null],
    ]);
  });

  it('notes changes of the clocks', () => {
    expect(shown(schedule('30 2 * * *', [], 'Europe/Berlin'), '2024-03-30T00:00Z', 3)).toEqual([
      ['2024-03-30T02:30:00+01:00', null, null],
      ['2024-03-31T03:00:00+02:00', null, 'moved'],
      ['2024-04-01T02:30:00+02:00', null, null],
    ]);
    expect(shown(schedule('30 2 * * *', [], 'Europe/Berlin'), '2024-10-26T12:00Z', 2)).toEqual([
      ['2024-10-27T02:30:00+02:00', null, 'first of two'],
      ['2024-10-28T02:30:00+01:00', null, null],
    ]);
    expect(shown(schedule('30 * * * *', [], 'Europe/Berlin'), '2024-10-27T00:00Z', 2)).toEqual([
      ['2024-10-27T02:30:00+02:00', null, null],
      ['2024-10-27T02:30:00+01:00', null, null],
    ]);
  });
});

describe('suspend schedules', () => {
  const check = (schedules: readonly string[], suspends: readonly string[], zone = 'UTC') =>
    checkSuspends(
      schedules.map((cron) => schedule(cron, [], zone)),
      suspends.map(cronOf),
      now,
    );
  const everything = 'Cron suspends all launched schedules';

  it('need a schedule, where there are any', () => {
    expect(check([], ['* * 1 1 *'])).toBe('Cron needs job schedules');
    expect(check([], [])).toBeNull();
    expect(check(['0 1 * * *'], [])).toBeNull();
  });

  it('are refused when together they leave nothing', () => {
    expect(check(['0 10,11 * * *'], ['* 10 * * *'])).toBeNull();
    expect(check(['0 10,11 * * *'], ['* 10 * * *', '* 11 * * *'])).toBe(everything);
    expect(check(['0 10 * * *', '0 11 * * *'], ['* 10 * * *', '* 11 * * *'])).toBe(everything);
    expect(check(['0 10 * * *', '1 11 * * *'], ['* 10 * * *', '0 11 * * *'])).toBeNull();
  });

  it('are accepted for one launch in many years', () => {
    const allButLeapDays = ['* * 1-28,30,31 * *', '* * 29 1,3-12 *'];
    expect(check(['* * * * *'], allButLeapDays)).toBeNull();
    expect(check(['* * * * *'], [...allButLeapDays, '0-59 0-23 29 2 *'])).toBe(everything);
    const of = schedule('0 0 29 2 *', ['* * * * 1-6'], 'Asia/Tokyo');
    expect(zonedText(nextOpenLaunch(of, at('2072-01-01T00:00Z')) ?? 0, of.zone)).toBe(
      '2088-02-29T00:00:00+09:00',
    );
  });

  it('take out the launch that a change of the clocks has moved only if they launch then', () => {
    expect(check(['30 2 * * *'], ['* 2 * * *'], 'Asia/Tokyo')).toBe(everything);
    const of = schedule('30 2 * * *', ['* 2 * * *'], 'America/New_York');
    expect(zonedText(nextOpenLaunch(of, now) ?? 0, of.zone)).toBe('2024-03-10T03:00:00-04:00');
    expect(check(['30 2 * * *'], ['30 2 * * *'], 'America/New_York')).toBe(everything);
    expect(check(['30 2 * * *'], ['* 2 * * *', '0 3 8-14 3 *'], 'America/New_York')).toBe(
      everything,
    );
  });

  it('that are times of day leave the second pass of an hour that comes twice', () => {
    const of = schedule('* * * * *', ['0-59 0-23 * * *'], 'America/New_York');
    expect(zonedText(nextOpenLaunch(of, now) ?? 0, of.zone)).toBe('2024-11-03T01:00:00-05:00');
    expect(check(['* * * * *'], ['0-59 0-23 * * *'], 'Asia/Tokyo')).toBe(everything);
  });
});
