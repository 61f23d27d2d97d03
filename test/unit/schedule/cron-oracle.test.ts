/** Every recorded cron of the original: accepted or refused alike, launched at the same minutes. */
import { describe } from 'vitest';
import { nextLaunch, launchesBetween } from '../../../src/schedule/launches.ts';
import { parseCron } from '../../../src/schedule/parse-cron.ts';
import { zonedText } from '../../../src/schedule/zoned-text.ts';
import { itConforms, oracle, type OracleError } from '../workflow/oracle.ts';
import { at, zoneNamed } from './reading.ts';

const refused = 'refused';

describe('launches', () => {
  interface Input {
    readonly cron: string;
    readonly zone: string;
    readonly from: string;
    readonly to: string;
  }
  type Times = { readonly times: readonly string[] };
  type Counted = { readonly count: number; readonly first: string[]; readonly last: string[] };
  const cases = oracle<Input, Times | Counted | OracleError>('cron');

  const rows = cases.map(({ id, input, expected }) => ({
    id,
    here: () => {
      const parsed = parseCron(input.cron);
      if (!parsed.ok) return refused;
      const zone = zoneNamed(input.zone);
      const launches = launchesBetween(parsed.cron, zone, at(input.from), at(input.to));
      const times = [...launches].map((minute) => zonedText(minute, zone));
      if (!('count' in expected)) return { times };
      const ends = expected.first.length;
      return { count: times.length, first: times.slice(0, ends), last: times.slice(-ends) };
    },
    there: 'error' in expected ? refused : expected,
  }));
  const times = (...launches: string[]): { readonly times: string[] } => ({ times: launches });
  itConforms(rows, [
    {
      reason: 'the form of Kuroko2 refuses `L`, so no schedule of its has it; so do we.',
      cases: { 'cron-185': refused, 'cron-187': refused, 'cron-189': refused },
    },
    {
      reason: 'a time of day that comes twice is launched the first time only.',
      cases: {
        'cron-383': times(),
        'cron-386': times('2024-10-27T01:00:00+01:00'),
        'cron-388': times('2024-11-03T01:30:00-04:00', '2024-11-04T01:30:00-05:00'),
        'cron-443': times('2024-11-03T01:30:00-04:00'),
        'cron-449': times('2024-11-03T02:00:00-05:00'),
        'cron-458': times(
          '2024-10-27T00:15:00+01:00',
          '2024-10-27T01:15:00+01:00',
          '2024-10-27T02:15:00+00:00',
        ),
      },
    },
    {
      reason: 'a time of day that does not exist is launched at the first minute after the gap.',
      cases: {
        'cron-399': times('2024-03-10T03:00:00-04:00', '2024-03-11T02:30:00-04:00'),
        'cron-453': times(
          '2024-03-10T00:15:00-05:00',
          '2024-03-10T01:15:00-05:00',
          '2024-03-10T03:00:00-04:00',
          '2024-03-10T03:15:00-04:00',
          '2024-03-10T04:15:00-04:00',
          '2024-03-11T00:15:00-04:00',
          '2024-03-11T01:15:00-04:00',
          '2024-03-11T02:15:00-04:00',
          '2024-03-11T03:15:00-04:00',
        ),
        'cron-497': times('2018-11-04T01:00:00-02:00'),
        'cron-517': times('2018-11-04T01:00:00-02:00'),
      },
    },
  ]);
});

describe('what is accepted', () => {
  interface Input {
    readonly cron: string;
    readonly now: string;
  }
  interface Expected {
    readonly chrono_next: { readonly next: string } | OracleError;
    readonly job_schedule_validation: { readonly cron_errors: readonly string[] } | OracleError;
  }
  const cases = oracle<Input, Expected>('cron_format');
  const rows = cases.map(({ id, input, expected: { chrono_next, job_schedule_validation } }) => {
    const valid =
      'cron_errors' in job_schedule_validation && job_schedule_validation.cron_errors.length === 0;
    return {
      id,
      here: () => {
        const parsed = parseCron(input.cron);
        if (!parsed.ok) return refused;
        const utc = zoneNamed('UTC');
        const next = nextLaunch(parsed.cron, utc, at(input.now));
        return { next: next === null ? null : zonedText(next, utc) };
      },
      there: valid ? chrono_next : refused,
    };
  });
  itConforms(rows, [
    {
      reason: 'months and weekdays have names.',
      cases: {
        'cron_format-44': { next: '2024-01-15T10:21:00Z' },
        'cron_format-45': { next: '2024-01-15T10:21:00Z' },
      },
    },
    {
      reason: '`@hourly` and the like are crons.',
      cases: {
        'cron_format-53': { next: '2024-01-15T11:00:00Z' },
        'cron_format-54': { next: '2025-01-01T00:00:00Z' },
        'cron_format-55': { next: '2025-01-01T00:00:00Z' },
        'cron_format-56': { next: '2024-02-01T00:00:00Z' },
      },
    },
  ]);
});
