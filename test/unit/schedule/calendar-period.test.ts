/** The period of a wait: as the original has it, and where clocks are set forward or back. */
import { describe, expect, it } from 'vitest';
import { calendarPeriod } from '../../../src/schedule/calendar-period.ts';
import { itConforms, oracle } from '../workflow/oracle.ts';

interface Job {
  readonly period: Parameters<typeof calendarPeriod>[0];
  readonly start_from: string;
  readonly start_to: string;
}

describe('the period of a wait', () => {
  const cases = oracle<
    { zone: string; now: string },
    { result: { jobs: readonly Job[] } } | { error: unknown }
  >('wait_option');
  itConforms(
    cases.flatMap(({ id, input: { zone, now }, expected }) =>
      'error' in expected
        ? []
        : expected.result.jobs.map(({ period, start_from, start_to }, index) => {
            const here = () => {
              const { from, before } = calendarPeriod(period, new Date(now), zone);
              return { from: from.getTime(), before: before.getTime() };
            };
            return {
              id: `${id}.${index}`,
              here,
              // There the end is the last second of the period.
              there: { from: moment(start_from), before: moment(start_to) + 1_000 },
            };
          }),
    ),
  );
});

/** `2024-03-31 00:00:00 +0900` or `... UTC`. */
function moment(text: string): number {
  return Date.parse(
    text
      .replace(' UTC', 'Z')
      .replace(/ ([+-]\d\d)(\d\d)$/, '$1:$2')
      .replace(' ', 'T'),
  );
}

describe('where clocks change', () => {
  const period = (...[kind, at, zone]: [Job['period'], string, string]) => {
    const { from, before } = calendarPeriod(kind, new Date(at), zone);
    return [from.toISOString(), before.toISOString()];
  };

  it('a day has 23 hours or 25', () => {
    expect(period('daily', '2024-03-31T12:00:00Z', 'Europe/Berlin')).toEqual([
      '2024-03-30T23:00:00.000Z',
      '2024-03-31T22:00:00.000Z',
    ]);
    expect(period('daily', '2024-10-27T12:00:00Z', 'Europe/Berlin')).toEqual([
      '2024-10-26T22:00:00.000Z',
      '2024-10-27T23:00:00.000Z',
    ]);
  });

  it('an hour that comes twice is two', () => {
    expect(period('hourly', '2024-10-27T00:30:00Z', 'Europe/Berlin')).toEqual([
      '2024-10-27T00:00:00.000Z',
      '2024-10-27T01:00:00.000Z',
    ]);
    expect(period('hourly', '2024-10-27T01:30:00Z', 'Europe/Berlin')).toEqual([
      '2024-10-27T01:00:00.000Z',
      '2024-10-27T02:00:00.000Z',
    ]);
  });

  it('a day without a midnight begins with its first moment', () => {
    expect(period('daily', '2018-11-04T12:00:00Z', 'America/Sao_Paulo')).toEqual([
      '2018-11-04T03:00:00.000Z',
      '2018-11-05T02:00:00.000Z',
    ]);
  });

  it('a day with two midnights begins with the first', () => {
    expect(period('daily', '2024-11-03T12:00:00Z', 'America/Havana')).toEqual([
      '2024-11-03T04:00:00.000Z',
      '2024-11-04T05:00:00.000Z',
    ]);
  });

  it('a month and a week over a change begin and end at midnight', () => {
    expect(period('monthly', '2024-03-15T00:00:00Z', 'Europe/Berlin')).toEqual([
      '2024-02-29T23:00:00.000Z',
      '2024-03-31T22:00:00.000Z',
    ]);
    expect(period('weekly', '2024-03-31T20:00:00Z', 'Europe/Berlin')).toEqual([
      '2024-03-24T23:00:00.000Z',
      '2024-03-31T22:00:00.000Z',
    ]);
  });

  it('there is a zone, or an error that names it', () => {
    expect(() => period('daily', '2024-03-15T00:00:00Z', 'Mars/Olympus')).toThrow(
      'There is no time zone Mars/Olympus.',
    );
  });
});
