// Instances that launch and wait for one another, while they are cancelled and those who see to it die.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { cancel } from '../../src/operations/cancel.ts';
import { consumeEvents } from '../../src/operations/consume-events.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { findInstance } from '../../src/store/instances.ts';
import { childrenOf } from '../../src/store/relations.ts';
import { inconsistencies } from '../support/consistency.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { faultStage } from '../support/fault-stage.ts';
import { long } from '../support/form.ts';
import { handCrew, type HandCrew } from '../support/hand-crew.ts';
import {
  define,
  facts,
  launchMany,
  launchOne,
  member,
  openDatabase,
} from '../support/operations.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

const rounds = long ? 1_000 : 10;
const connections = 8;

describe('a parent that is cancelled while what it launches begins and ends', () => {
  let test: TestDatabase;
  let db: Database;
  let crew: HandCrew;
  beforeAll(async () => {
    test = await createTestDatabase();
    db = openDatabase(test.url, { max: connections + 2 });
    crew = await handCrew(db, connections / 2);
  });
  afterAll(() => test.drop());

  it(`leaves nothing open and loses no end, over ${connections} connections`, async () => {
    const grandchild = await define(db, 'execute: leaf');
    const child = await define(db, `execute: leaf\nsub_process: ${grandchild.id}`);
    const { id } = await define(db, `parallel_fork: 8\n  sub_process: ${child.id}\nexecute: after`);
    const ends = { canceled: 0, success: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const { instanceId } = await launchOne(db, id);
      const troubles: unknown[] = [];
      const hearing = async (): Promise<void> => {
        for (let times = 0; times < 3; times += 1) {
          await consumeEvents(db, facts, (error) => troubles.push(error));
        }
      };
      // Of every second round all is over, or nearly, before somebody cancels.
      const before = round % 2 === 0 ? Promise.resolve() : crew.settle();
      const canceling = before.then(() =>
        inTransaction(db, (tx) =>
          cancel(tx, { instanceId, actor: member('ben'), requestKey: randomUUID() }, facts),
        ).catch((error: unknown) => {
          // It was over before.
          if (!(error instanceof UserError && error.code === 'conflict')) throw error;
        }),
      );
      await Promise.all([
        canceling,
        ...crew.workers.map((worker) => crew.drain(undefined, worker)),
        ...Array.from({ length: connections / 2 }, hearing),
      ]);
      await crew.settle();
      expect(troubles).toEqual([]);
      const status = (await findInstance(db, instanceId))?.status;
      if (status !== 'canceled' && status !== 'success')
        throw new Error(`#${instanceId} is ${status}`);
      ends[status] += 1;
      const children = await childrenOf(db, instanceId);
      // A parent that has succeeded has lost none of the ends of what it launched.
      const lost = children.filter((each) => status === 'success' && each.status !== 'success');
      expect(lost).toEqual([]);
    }
    expect(ends.canceled).toBeGreaterThan(0);
    expect(ends.success).toBeGreaterThan(0);
    const open = await db.query(`select from instances where status in ('working', 'error')`);
    expect(open).toEqual([]);
    expect(await db.query('select from events where consumed_at is null')).toEqual([]);
    expect(await inconsistencies(db)).toEqual([]);
  }, 3_600_000);

  it('has led to no deadlock', async () => {
    // A deadlock is retried, and so seen by nobody; backends say what they counted when they end.
    await db.close();
    const reader = openDatabase(test.url, { max: 1 });
    await until('the other connections have ended', async () => {
      const others = await reader.query(
        'select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      return others.length === 0;
    });
    const [counted] = await reader.query<{ deadlocks: number }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    await reader.close();
    expect(counted?.deadlocks).toBe(0);
  });
});

const deaths = long ? 40 : 4;

it('200 that wait for others and launch others all end, none twice, while the thread that sees to it dies', async () => {
  const { db, url, host } = await faultStage(onTestFinished);
  const dying = host({ name: 'dying', workers: 4 });
  await dying.start(url);
  const awaited = await define(db, 'sleep: 3\nexecute: true');
  const child = await define(db, 'sleep: 1\nexecute: true');
  const { id } = await define(
    db,
    `fork:\n  sub_process: ${child.id}\n  wait: ${awaited.id}/monthly\nexecute: true`,
  );
  const launched = await launchMany(db, id, 100);
  await launchOne(db, awaited.id);
  for (let death = 1; death <= deaths; death += 1) {
    await sleep(Math.random() * 1_000);
    dying.order('keeper', { do: 'throw' });
    await until('the thread to die', () => dying.done().length === death, 30_000);
  }
  expect(await settled(db, 300_000)).toEqual({ success: 201 });
  for (const { instanceId } of launched) expect(await childrenOf(db, instanceId)).toHaveLength(1);
  const twice = await db.query(
    'select token_id, path from executions group by token_id, path having count(*) > 1',
  );
  expect(twice).toEqual([]);
  expect(await inconsistencies(db)).toEqual([]);
}, 600_000);
