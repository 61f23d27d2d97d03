import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alarmUnstarted } from '../../src/operations/alarm-unstarted.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { executionsOf } from '../../src/store/executions.ts';
import { logsOf } from '../../src/store/logs.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handWorker } from '../support/hand-worker.ts';
import { define, launchMany, launchOne, openDatabase } from '../support/operations.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 10 });
});
afterAll(async () => {
  await db.close();
  await test.drop();
});
beforeEach(async () => {
  await db.query(
    'truncate audit, outbox, instances, tokens, executions, logs, definitions, executors, users, queue_alarms cascade',
  );
});

const pass = (minutes: number) =>
  db.query(`update executions set created_at = created_at - make_interval(mins => $1)`, [minutes]);
const alarm = () => inTransaction(db, alarmUnstarted);
const onBatch = (more = '') => define(db, `queue: batch\nexecute: ./load.sh\n${more}`);
const notices = () =>
  db.query<{ event: string; instanceId: number; payload: { unstarted: object } }>(
    `select event, instance_id, payload from outbox where event in ('unstarted', 'backlog')
     order by id`,
  );

describe('a command that nobody takes', () => {
  it('is told of once after three minutes, with a line in the log', async () => {
    const { instanceId } = await launchOne(db, (await onBatch()).id);
    await pass(2);
    expect(await alarm()).toEqual([]);
    await pass(2);
    expect(await alarm()).toEqual([{ queue: 'batch', served: false, commands: 1 }]);
    expect(await alarm()).toEqual([]);
    expect(await notices()).toMatchObject([
      {
        event: 'unstarted',
        instanceId,
        payload: { unstarted: { queue: 'batch', workers: 'none' } },
      },
    ]);
    expect((await logsOf(db, instanceId)).at(-1)).toMatchObject({
      level: 'WARN',
      message:
        'The command of /1-execute has not been started for 3 minutes: no worker serves the queue batch.',
    });
    const [execution] = await executionsOf(db, instanceId);
    expect(execution?.unstartedAt).not.toBeNull();
  });

  it('is none when it runs', async () => {
    await launchOne(db, (await onBatch()).id);
    const worker = await handWorker(db, 'batch');
    await worker.claim();
    await pass(10);
    expect(await alarm()).toEqual([]);
  });

  it.each([
    ['busy workers', '', 'busy'],
    ['suspended workers only', 'update workers set suspended = true', 'none'],
    ['a draining host only', 'update executors set draining_at = now()', 'none'],
    ['a host that has left', 'update executors set left_at = now()', 'none'],
    ['a host that is silent', `update executors set beat_at = now() - interval '2 m'`, 'none'],
  ])('says whether anybody could: %s', async (_, change, workers) => {
    await handWorker(db, 'batch');
    if (change !== '') await db.query(change);
    await launchOne(db, (await onBatch()).id);
    await pass(4);
    await alarm();
    expect(await notices()).toMatchObject([{ payload: { unstarted: { workers } } }]);
  });

  it('is told of once an instance, whatever waits in it later', async () => {
    const worker = await handWorker(db, 'batch');
    const { instanceId } = await launchOne(db, (await onBatch('execute: ./more.sh\n')).id);
    await pass(4);
    await alarm();
    await worker.end(await worker.claim(), 0);
    await pass(4);
    expect(await alarm()).toMatchObject([{ commands: 1 }]);
    expect(await notices()).toHaveLength(1);
    expect((await logsOf(db, instanceId)).filter(({ level }) => level === 'WARN')).toHaveLength(2);
  });
});

describe('a queue that stands still', () => {
  it('is no flood: five are told of by themselves, the rest in one, and so once an hour', async () => {
    const { id } = await onBatch();
    await launchMany(db, id, 1_000);
    await pass(4);
    // Several keepers at the same time.
    await Promise.all([alarm(), alarm(), alarm()]);
    while ((await alarm()).length > 0);
    const told = await notices();
    expect(told.filter(({ event }) => event === 'unstarted')).toHaveLength(5);

    expect(
      told.filter(
        ({ payload }) => 'first' in payload.unstarted && payload.unstarted.first === true,
      ),
    ).toHaveLength(1);
    expect(told.filter(({ event }) => event === 'backlog')).toMatchObject([
      { payload: { unstarted: { queue: 'batch', waiting: 1_000 } } },
    ]);
    const [{ count } = { count: 0 }] = await db.query<{ count: number }>(
      `select count(*) from logs where level = 'WARN'`,
    );
    expect(count).toBe(1_000);

    await launchMany(db, id, 10);
    await pass(4);
    await alarm();
    expect(await notices()).toHaveLength(6);
    await db.query(`update queue_alarms set since = since - interval '61 minutes'`);
    await launchMany(db, id, 10);
    await pass(4);
    await alarm();
    expect(await notices()).toHaveLength(12);
  });

  it('does not keep another from being told of', async () => {
    await launchMany(db, (await onBatch()).id, 10);
    await launchOne(db, (await define(db, 'queue: other\nexecute: true\n')).id);
    await pass(4);
    await alarm();
    expect((await notices()).map(({ payload }) => payload.unstarted)).toContainEqual({
      queue: 'other',
      workers: 'none',
      first: true,
    });
  });
});
