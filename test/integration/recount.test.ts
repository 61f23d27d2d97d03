import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { launchDue } from '../../src/operations/launch-due.ts';
import { recountYesterday } from '../../src/operations/recount.ts';
import { removeSchedule } from '../../src/operations/change-schedules.ts';
import { editSchedules } from '../../src/operations/edit-schedules.ts';
import { latestRecounts } from '../../src/store/recounts.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { define, facts, member, openDatabase } from '../support/operations.ts';
import { scheduleOf, setSchedules } from '../support/schedules.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 4 });
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const at = (text: string) => new Date(`2026-${text}Z`);
async function keepUntil(now: Date): Promise<void> {
  for (let more = true; more;) {
    ({ more } = await launchDue(db, { clock: () => now, facts, limit: 50 }, ({ error }) => {
      throw error;
    }));
  }
}
const recount = (now: Date) => recountYesterday(db, { facts, keptDays: 90, clock: () => now });
const told = () =>
  db.query<{ payload: { day: string } }>(
    `select payload from outbox where event = 'recount' order by id`,
  );

it('finds every due minute accounted for, or says what is not, once a day', async () => {
  const crons = [
    '* * * * *',
    '@daily',
    '*/7 3-5,23 * mar-apr mon-sun',
    '30 2 * * *',
    '0 0 1,15 * fri',
    '5 4 * * 7',
  ];
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];
  const { id } = await define(db, 'noop:\n');
  const schedules = zones.flatMap((timeZone) =>
    crons.map((cron) => scheduleOf(cron, { timeZone })),
  );
  const set = { schedules, suspendSchedules: ['* 12 * * *'] };
  await setSchedules(db, id, set, at('03-07T12:00:00'));
  // Over the days on which New York changes its clocks, with a stop, and one that is taken away.
  await keepUntil(at('03-07T20:00:30'));
  const wish = { definitionId: id, version: null, actor: member('alice') };
  await inTransaction(db, (tx) =>
    editSchedules(tx, wish, removeSchedule('* * * * *', 'Asia/Kolkata'), facts, () =>
      at('03-08T11:00:30'),
    ),
  );
  // Yesterday is not over.
  expect(await recount(at('03-09T00:06:00'))).toBe(null);
  await keepUntil(at('03-09T00:04:00'));
  const counted = await Promise.all([1, 2, 3].map(() => recount(at('03-09T00:06:00'))));
  const [found, ...others] = counted.filter((each) => each !== null);
  expect(others).toEqual([]);
  expect(found).toMatchObject({ day: '2026-03-08', differences: [] });
  expect(found?.due).toBeGreaterThan(4 * 1_440 + 660);
  expect(found?.accounted).toBe(found?.due);
  expect(await recount(at('03-09T09:00:00'))).toBe(null);
  expect((await told()).map(({ payload }) => payload)).toEqual([found]);

  await keepUntil(at('03-09T23:59:30'));
  await keepUntil(at('03-10T00:04:00'));
  const one = `(select min(schedule_id) from ledger)`;
  await db.query(`delete from ledger where schedule_id = ${one} and to_at >= '2026-03-09T23:59Z'
    and from_at < '2026-03-10T00:00Z'`);
  await db.query(`insert into ledger (schedule_id, from_at, to_at, count, outcome, because)
    select id, '2026-03-09T05:01Z', '2026-03-09T05:03Z', 2, 'skipped', 'policy' from schedules
    where cron = '@daily' and time_zone = 'UTC'`);
  const wrong = await recount(at('03-10T00:06:00'));
  expect(wrong?.differences.map(({ cron, problem, count }) => [cron, problem, count])).toEqual([
    ['* * * * *', 'missing', 1],
    ['@daily', 'not_due', 2],
    ['@daily', 'miscounted', 1],
  ]);
  expect(wrong?.accounted).toBe(Number(wrong?.due) - 1);
  expect(await latestRecounts(db, 1)).toMatchObject([{ day: '2026-03-09' }]);
});

it('lets rows go that are older than the ledger is kept', async () => {
  const [before] = await db.query<{ count: number }>('select count(*) from ledger');
  await recountYesterday(db, { facts, keptDays: 1, clock: () => at('03-10T09:00:00') });
  expect(await db.query('select count(*) from ledger')).toEqual([before]);
  await keepUntil(at('03-11T00:04:00'));
  await recountYesterday(db, { facts, keptDays: 2, clock: () => at('03-11T00:06:00') });
  const [left] = await db.query<{ first: Date }>('select min(to_at) as first from ledger');
  expect(left?.first.getTime()).toBeGreaterThanOrEqual(at('03-08T00:00:00').getTime());
});
