import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createScheduler, type Scheduler } from '../../src/workers/scheduler.ts';
import { every } from '../../src/workers/every.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { define, facts, openDatabase } from '../support/operations.ts';
import { scheduleOf, setSchedules } from '../support/schedules.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 8 });
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const minute = 60_000;
/** A clock that shows another time, and goes on. */
function clockAt(begin: number) {
  const started = Date.now();
  let ahead = 0;
  return {
    now: () => new Date(begin + Date.now() - started + ahead),
    step: (ms: number) => (ahead += ms),
  };
}

function run(scheduler: Scheduler) {
  const cancelled = new AbortController();
  const work = { what: 'launch what is due', ms: 20, work: scheduler.round };
  const running = every(work, cancelled.signal, createLog('test'));
  return async () => {
    cancelled.abort();
    await scheduler.stop();
    await running;
  };
}

it('sleeps until the earliest is due, hears of new schedules, and never launches twice', async () => {
  const ids: number[] = [];
  const add = async (saved: Date) => {
    const { id } = await define(db, 'noop:\n');
    await setSchedules(db, id, { schedules: [scheduleOf('* * * * *')] }, saved);
    ids.push(id);
  };
  for (let count = 0; count < 29; count += 1) await add(new Date('2026-03-10T10:00:10Z'));
  const clock = clockAt(Date.parse('2026-03-10T10:00:58.500Z'));
  const options = { clock: clock.now, mostMs: 60_000 };
  const stops = [1, 2, 3].map(() =>
    run(createScheduler(db, () => facts, createLog('test'), options)),
  );
  /** Each of the first 29 has so many rows. */
  const rows = async (count: number) => {
    const all = await db.query<{ count: number }>(
      `select count(*) from ledger l join schedules s on s.id = l.schedule_id
       where s.definition_id <> all($1) group by s.id`,
      [ids.slice(29)],
    );
    return all.length === 29 && all.every((each) => each.count >= count);
  };
  // The time has come, and nothing else wakes them.
  await until('the first minute', () => rows(1), 20_000);
  // They sleep for a minute, and know nothing of another clock unless they are told to look again.
  clock.step(55_000);
  await add(new Date('2026-03-10T10:00:59Z'));
  await until('the second', () => rows(2), 20_000);
  for (const step of [-30 * minute, 31 * minute]) {
    clock.step(step);
    await db.query(`select pg_notify('kuroko_schedules', '')`);
  }
  await until('the third', () => rows(3), 20_000);
  await Promise.all(stops.map((stop) => stop()));
  const [found] = await db.query<{ instances: number; keys: number; rows: number }>(
    `select count(*) as instances, count(distinct launch_key) as keys,
       (select count(*) from ledger where outcome = 'launched') as rows from instances`,
  );
  expect(found).toEqual({ instances: found?.rows, keys: found?.rows, rows: found?.rows });
});
