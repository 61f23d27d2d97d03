/** Every recorded suspension of the original: what is refused, what is taken out, what is launched next. */
import { describe } from 'vitest';
import { checkSuspends } from '../../../src/schedule/check-suspends.ts';
import { launchesBetween } from '../../../src/schedule/launches.ts';
import { nextOpenLaunch } from '../../../src/schedule/next-open-launch.ts';
import { parseCron } from '../../../src/schedule/parse-cron.ts';
import { dueBetween, type SuspendSchedule } from '../../../src/schedule/suspension.ts';
import { zonedText } from '../../../src/schedule/zoned-text.ts';
import { itConforms, oracle, type OracleError } from '../workflow/oracle.ts';
import { at, cronOf, zoneNamed } from './reading.ts';

interface Input {
  readonly zone: string;
  readonly now: string;
  readonly job_schedules: readonly string[];
  readonly job_suspend_schedules: readonly string[];
}
interface Times {
  readonly cron: string;
  readonly times?: readonly string[];
  readonly count?: number;
  readonly first?: readonly string[];
  readonly last?: readonly string[];
}
/** The first and the last of them, in the order of the schedules, as many as were recorded. */
interface Launched {
  readonly launched_by?: readonly string[];
  readonly launched_count?: number;
  readonly launched_first?: readonly string[];
  readonly launched_last?: readonly string[];
}
interface Expected {
  readonly suspend_validation: readonly { readonly cron: string; readonly errors: string[] }[];
  readonly schedules: readonly {
    readonly cron: string;
    readonly next: { readonly result: string | null } | OracleError;
  }[];
  readonly windows: readonly {
    readonly from: string;
    readonly to: string;
    readonly suspend_times: readonly Times[];
    readonly launch_scheduled_jobs: Launched;
  }[];
}
const cases = oracle<Input, Expected>('suspend');
const unreadable = 'unreadable';
const everything = 'Cron suspends all launched schedules';

/** Whether all can be read: then, and only then, is a case about suspension. */
function readable({ job_schedules, job_suspend_schedules }: Input): boolean {
  return [...job_schedules, ...job_suspend_schedules].every((text) => parseCron(text).ok);
}
const suspensions = cases.filter(({ input }) => readable(input));

function suspendsOf({ job_suspend_schedules }: Input): SuspendSchedule[] {
  return job_suspend_schedules.map((text, id) => ({ id, cron: cronOf(text) }));
}

describe('one suspend schedule', () => {
  const rows = cases.map(({ id, input, expected }) => ({
    id,
    here: () => {
      const zone = zoneNamed(input.zone);
      return input.job_suspend_schedules.map((text) => {
        const parsed = parseCron(text);
        if (!parsed.ok) return unreadable;
        const schedules = input.job_schedules.map((cron) => ({ cron: cronOf(cron), zone }));
        return checkSuspends(schedules, [parsed.cron], at(input.now));
      });
    },
    there: expected.suspend_validation.map(({ errors: [error = null] }) =>
      error !== null && /is invalid|has invalid field/.test(error) ? unreadable : error,
    ),
  }));
  itConforms(rows, [
    {
      reason: 'a cron that never launches is refused.',
      cases: Object.fromEntries(
        [59, 99, 119, 179, 199, 259].map((number) => [`suspend-${number}`, [unreadable]]),
      ),
    },
    {
      reason: 'whether it suspends everything is decided by the launches.',
      cases: Object.fromEntries(
        [106, 135, 154, 155, 267].map((number) => [`suspend-${number}`, [everything]]),
      ),
    },
    {
      reason: 'what cannot be read is said before what it lacks.',
      cases: { 'suspend-297': [unreadable] },
    },
  ]);
});

describe('the next launch that is left', () => {
  const rows = suspensions.map(({ id, input, expected }) => ({
    id,
    here: () => {
      const zone = zoneNamed(input.zone);
      return input.job_schedules.map((text) => {
        const schedule = { cron: cronOf(text), zone, suspends: suspendsOf(input) };
        const next = nextOpenLaunch(schedule, at(input.now));
        return next === null ? null : zonedText(next, zone);
      });
    },
    there: expected.schedules.map(({ next }) => ('error' in next ? 'a crash' : next.result)),
  }));
  itConforms(rows, [
    {
      reason: 'there the search for it overflows the stack.',
      cases: { 'suspend-12': ['2016-02-01T00:00:00Z'] },
    },
    {
      reason: 'the first of a month that is a Sunday is left, which the original does not see.',
      cases: { 'suspend-151': ['2016-05-01T10:00:00+09:00'] },
    },
  ]);
});

describe('the minutes of a suspend schedule', () => {
  const rows = suspensions.map(({ id, input, expected }) => ({
    id,
    here: () => {
      const zone = zoneNamed(input.zone);
      return expected.windows.map(({ from, to, suspend_times }) =>
        suspend_times.map(({ cron, first }) => {
          const minutes = launchesBetween(cronOf(cron), zone, at(from) - 1, at(to));
          const times = [...minutes].map((minute) => zonedText(minute, zone));
          if (first === undefined) return { cron, times };
          const ends = { first: times.slice(0, first.length), last: times.slice(-first.length) };
          return { cron, count: times.length, ...ends };
        }),
      );
    },
    there: expected.windows.map(({ suspend_times }) => suspend_times),
  }));
  itConforms(rows);
});

describe('what is launched', () => {
  const rows = suspensions.map(({ id, input, expected }) => ({
    id,
    here: () => {
      const zone = zoneNamed(input.zone);
      return expected.windows.map(({ from, to, launch_scheduled_jobs: { launched_first } }) => {
        const launched = input.job_schedules.flatMap((text) => {
          const schedule = { cron: cronOf(text), zone, suspends: suspendsOf(input) };
          return [...dueBetween(schedule, at(from), at(to))]
            .filter(({ suspendedBy }) => suspendedBy === null)
            .map(({ minute }) => announced(zonedText(minute, zone), text));
        });
        if (launched_first === undefined) return { launched_by: launched };
        return {
          launched_count: launched.length,
          launched_first: launched.slice(0, launched_first.length),
          launched_last: launched.slice(-launched_first.length),
        };
      });
    },
    there: expected.windows.map(({ launch_scheduled_jobs }) => launch_scheduled_jobs),
  }));
  itConforms(rows);
});

/** As the original's log has it: `03 Jan 10:05`. All windows are in one month. */
function announced(time: string, cron: string): string {
  const shown = `${time.slice(8, 10)} Jan ${time.slice(11, 16)}`;
  return `"#1 J" that is scheduled at ${shown} by \`${cron}\``;
}
