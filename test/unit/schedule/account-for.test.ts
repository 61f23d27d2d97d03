import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountFor, type CatchUp, type LedgerRow } from '../../../src/schedule/account-for.ts';
import { launchesBetween } from '../../../src/schedule/launches.ts';
import { type Schedule } from '../../../src/schedule/suspension.ts';
import { at, cronOf, zoneNamed } from './reading.ts';

const now = at('2024-01-15T10:20Z');
const day = 1440;
const catchUp = (policy: CatchUp['policy'], rest: Partial<CatchUp> = {}): CatchUp => ({
  policy,
  window: day,
  cap: 100,
  ...rest,
});

function schedule(
  cron: string,
  suspends: readonly string[] = [],
  suspended = false,
): Schedule & { suspended: boolean } {
  return {
    cron: cronOf(cron),
    zone: zoneNamed('UTC'),
    suspends: suspends.map((text, index) => ({ id: index + 7, cron: cronOf(text) })),
    suspended,
  };
}

describe('on time', () => {
  it.each(['latest', 'all', 'none'] as const)('a due minute is launched under %s', (policy) => {
    expect(accountFor(schedule('* * * * *'), now - 1, now, catchUp(policy))).toEqual([
      { outcome: 'launch', from: now, to: now, count: 1 },
    ]);
    const tight = catchUp(policy, { window: 0, cap: 0 });
    expect(accountFor(schedule('* * * * *'), now - 1, now, tight)).toHaveLength(1);
  });

  it('there is no row for a minute that is not due, nor when the clock has stepped back', () => {
    expect(accountFor(schedule('21 * * * *'), now - 1, now, catchUp('latest'))).toEqual([]);
    expect(accountFor(schedule('* * * * *'), now, now, catchUp('latest'))).toEqual([]);
    expect(accountFor(schedule('* * * * *'), now, now - 60, catchUp('all'))).toEqual([]);
  });
});

describe('after three days of a minute schedule', () => {
  const missed = (policy: CatchUp['policy'], rest: Partial<CatchUp> = {}): LedgerRow[] =>
    accountFor(schedule('* * * * *'), now - 3 * day, now, catchUp(policy, rest));
  const old = {
    outcome: 'skipped',
    because: 'window',
    from: now - 3 * day + 1,
    to: now - day,
    count: 2880,
  };

  it('`latest` launches 1, into which 1,439 are merged, and skips 2,880', () => {
    expect(missed('latest')).toEqual([
      old,
      { outcome: 'merged', into: now, from: now - day + 1, to: now - 1, count: 1439 },
      { outcome: 'launch', from: now, to: now, count: 1 },
    ]);
  });

  it('`all` launches the newest 100, or as many as it may', () => {
    const rows = missed('all');
    expect(rows.slice(0, 2)).toEqual([
      old,
      { outcome: 'skipped', because: 'cap', from: now - day + 1, to: now - 100, count: 1340 },
    ]);
    expect(rows.slice(2).map(({ outcome, from }) => [outcome, from])).toEqual(
      Array.from({ length: 100 }, (_, past) => ['launch', now - 99 + past]),
    );
    expect(missed('all', { cap: 2000 })).toHaveLength(1441);
  });

  it('`none` launches what is on time only', () => {
    expect(missed('none')).toEqual([
      old,
      { outcome: 'skipped', because: 'policy', from: now - day + 1, to: now - 1, count: 1439 },
      { outcome: 'launch', from: now, to: now, count: 1 },
    ]);
  });

  it('a suspended definition has one row', () => {
    const suspended = schedule('* * * * *', ['* 3 * * *'], true);
    expect(accountFor(suspended, now - 3 * day, now, catchUp('all'))).toEqual([
      { outcome: 'suspended', by: null, from: now - 3 * day + 1, to: now, count: 4320 },
    ]);
  });
});

describe('a launch that was missed', () => {
  const nightly = schedule('30 2 * * *');
  const due = at('2024-01-15T02:30Z');

  it('is made up for by `latest` and `all`, not by `none`', () => {
    const launch = { outcome: 'launch', from: due, to: due, count: 1 };
    const skipped = { outcome: 'skipped', because: 'policy', from: due, to: due, count: 1 };
    expect(accountFor(nightly, now - day, now, catchUp('latest'))).toEqual([launch]);
    expect(accountFor(nightly, now - day, now, catchUp('all'))).toEqual([launch]);
    expect(accountFor(nightly, now - day, now, catchUp('none'))).toEqual([skipped]);
  });

  it('is too long ago when the window is shorter', () => {
    const skipped = { outcome: 'skipped', because: 'window', from: due, to: due, count: 1 };
    const hour = catchUp('latest', { window: 60 });
    expect(accountFor(nightly, now - day, now, hour)).toEqual([skipped]);
  });

  it('is passed over by `latest` for what is not suspended', () => {
    const rows = accountFor(
      schedule('0 * * * *', ['* 9-10 * * *']),
      now - 240,
      now,
      catchUp('latest'),
    );
    const hour = (of: number): number => at(`2024-01-15T${String(of).padStart(2, '0')}:00Z`);
    expect(rows).toEqual([
      { outcome: 'merged', into: hour(8), from: hour(7), to: hour(7), count: 1 },
      { outcome: 'launch', from: hour(8), to: hour(8), count: 1 },
      { outcome: 'suspended', by: 7, from: hour(9), to: hour(10), count: 2 },
    ]);
  });

  it('is merged around what is suspended, each minute by the first that suspends it', () => {
    const rows = accountFor(
      schedule('*/10 * * * *', ['10,20 10 * * *', '20-30 10 * * *']),
      at('2024-01-15T09:45Z'),
      at('2024-01-15T10:45Z'),
      catchUp('latest'),
    );
    const shape = rows.map((row) => [row.outcome, 'by' in row ? row.by : null, row.count]);
    expect(shape).toEqual([
      ['merged', null, 2],
      ['suspended', 7, 2],
      ['suspended', 8, 1],
      ['launch', null, 1],
    ]);
  });
});

it('every due minute belongs to exactly one row, whatever was missed', () => {
  const cron = fc.constantFrom(
    '* * * * *',
    '*/7 * * * *',
    '0,30 * * * *',
    '5 3 * * *',
    '* * * * 1',
  );
  const suspend = fc.constantFrom('*/2 * * * *', '* 3 * * *', '* * * * 1', '0 * 15 * *');
  fc.assert(
    fc.property(
      cron,
      fc.array(suspend, { maxLength: 3 }),
      fc.integer({ min: -5, max: 4000 }),
      fc.record({
        policy: fc.constantFrom('latest', 'all', 'none'),
        window: fc.integer({ min: 0, max: 3000 }),
        cap: fc.integer({ min: 0, max: 120 }),
      }),
      fc.integer({ min: 0, max: 10_000 }),
      (text, suspends, missed, policy, later) => {
        const [of, until] = [schedule(text, suspends), now + later];
        const due = [...launchesBetween(of.cron, of.zone, until - missed, until)];
        const rows = accountFor(of, until - missed, until, policy);
        // The rows one after the other hold exactly the due minutes, as many as each says.
        let next = 0;
        for (const { from, to, count } of rows) {
          expect([due[next], due[next + count - 1]]).toEqual([from, to]);
          next += count;
        }
        expect(next).toBe(due.length);
        const launched = rows.filter(({ outcome }) => outcome === 'launch');
        expect(launched.length).toBeLessThanOrEqual(
          { latest: 1, all: Math.max(1, policy.cap), none: 1 }[policy.policy],
        );
        const into = rows.flatMap((row) => (row.outcome === 'merged' ? [row.into] : []));
        expect(launched.map(({ from }) => from)).toEqual(expect.arrayContaining(into));
      },
    ),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 100) },
  );
});

it('400 days of a minute schedule are five rows', () => {
  const of = schedule('* * * * *', ['* 3 * * *']);
  const rows = accountFor(of, now - 400 * day, now, catchUp('latest'));
  expect(rows.map(({ outcome, count }) => [outcome, count])).toEqual([
    ['skipped', 399 * day],
    ['merged', 999],
    ['suspended', 60],
    ['merged', 380],
    ['launch', 1],
  ]);
});
