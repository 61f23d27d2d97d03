// Instances that wait for others, and tokens that take long, on a real database.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancel } from '../../src/operations/cancel.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { retry } from '../../src/operations/retry.ts';
import { skip } from '../../src/operations/skip.ts';
import { warnOfLateTokens } from '../../src/operations/warn-of-late-tokens.ts';
import { markInstancesAwaited } from '../../src/store/awaits.ts';
import { findInstance } from '../../src/store/instances.ts';
import { logsOf } from '../../src/store/logs.ts';
import { awaitedBy } from '../../src/store/relations.ts';
import { tokensOf } from '../../src/store/tokens.ts';
import { inconsistencies } from '../support/consistency.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handCrew, type HandCrew } from '../support/hand-crew.ts';
import {
  define,
  facts,
  launchMany,
  launchOne,
  member,
  openDatabase,
} from '../support/operations.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
let crew: HandCrew;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 10 });
  crew = await handCrew(db, 2);
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const statusOf = async (instanceId: number) => (await findInstance(db, instanceId))?.status;

const messages = async (instanceId: number) =>
  (await logsOf(db, instanceId)).map(({ message }) => message);

const launch = async (id: number) => (await launchOne(db, id)).instanceId;

const launched = async (script: string) => launch((await define(db, script)).id);

const wish = (instanceId: number) => ({
  instanceId,
  actor: member('ben'),
  requestKey: randomUUID(),
});

const failing = ({ shell }: { shell: string }) => (shell.startsWith('bad') ? 1 : 0);

/** Moves the creation of an instance into the past, or the future. */
const shift = (instanceId: number, interval: string) =>
  db.query('update instances set created_at = created_at + $2::interval where id = $1', [
    instanceId,
    interval,
  ]);

const isHeldUp = async (on: Database) =>
  (
    await on.query(`select from pg_stat_activity where wait_event_type = 'Lock'
     and datname = current_database()`)
  ).length > 0;

const openAwaits = async () => (await db.query('select from awaits')).length;

describe('a wait', () => {
  it('is over when the instance that it waits for has succeeded, and holds no worker meanwhile', async () => {
    const job = await define(db, 'execute: awaited');
    const id = await launched(`wait: ${job.id}/monthly\nexecute: after`);
    expect(await crew.settle()).toEqual([]);
    const other = await launch(job.id);
    expect(await awaitedBy(db, id)).toMatchObject([
      { definitionId: job.id, definitionName: job.name, period: 'monthly', instanceId: null },
    ]);
    expect(await crew.settle()).toEqual(['awaited', 'after']);
    expect(await statusOf(id)).toBe('success');
    expect(await messages(id)).toEqual(
      expect.arrayContaining([
        `A waiting job instance#${job.id}/${other} is finished.`,
        'All waiting jobs are finished.',
      ]),
    );
    expect(await openAwaits()).toBe(0);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('is over at once when there is such an instance already', async () => {
    const job = await define(db, 'noop:');
    await launch(job.id);
    const id = await launched(`execute: before\nwait: ${job.id}/monthly\nexecute: after`);
    expect(await crew.settle()).toEqual(['before', 'after']);
    expect(await statusOf(id)).toBe('success');
  });

  it('hears of an instance that was under way before it began', async () => {
    const job = await define(db, 'execute: awaited');
    await launch(job.id);
    const claim = await crew.claim();
    const id = await launched(`wait: ${job.id}/monthly`);
    await crew.hear();
    expect(await statusOf(id)).toBe('working');
    if (claim === null) throw new Error('there is a command');
    await crew.end(claim, 0);
    await crew.hear();
    expect(await statusOf(id)).toBe('success');
  });

  it('hears of one that ends just as it begins', async () => {
    const job = await define(db, 'execute: awaited');
    const awaited = await launch(job.id);
    const [worker = 0] = crew.workers;
    const claim = await crew.claim(worker);
    if (claim === null) throw new Error('there is a command');
    const id = await launched(`wait: ${job.id}/monthly`);
    await crew.hear();
    // What the beginning has looked at already, but for the mark that it sets: the end comes while it is not committed.
    await db.query('update instances set awaited = false where id = $1', [awaited]);
    await launched('execute: next');
    let ended: ReturnType<typeof crew.end> | undefined;
    await db.transaction(async (tx) => {
      await markInstancesAwaited(tx, [job.id]);
      ended = crew.end(claim, 0, worker);
      await until('the end to wait for the instance', () => isHeldUp(db));
    });
    const outcome = await ended;
    expect(outcome).toMatchObject({ recorded: true, moved: true, claim: { shell: 'next' } });
    expect(await statusOf(awaited)).toBe('success');
    await crew.hear();
    expect(await statusOf(id)).toBe('success');
    if (outcome?.claim) await crew.end(outcome.claim, 0);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('waits for all of several jobs, in any order', async () => {
    const [one, other] = [await define(db, 'noop:'), await define(db, 'noop:')];
    const id = await launched(`wait: ${one.id}/monthly, ${other.id}/monthly timeout=2h\nnoop:`);
    await crew.hear();
    const second = await launch(other.id);
    await crew.hear();
    expect(await statusOf(id)).toBe('working');
    expect((await awaitedBy(db, id)).map(({ instanceId }) => instanceId)).toEqual([null, second]);
    await launch(one.id);
    await crew.hear();
    expect(await statusOf(id)).toBe('success');
  });

  it('counts only instances of the period that holds its own creation', async () => {
    const job = await define(db, 'noop:');
    const early = await launch(job.id);
    await shift(early, '-3 hours');
    const id = await launched(`wait: ${job.id}/hourly`);
    await crew.hear();
    expect(await statusOf(id)).toBe('working');
    const late = await launch(job.id);
    await shift(late, '3 hours');
    await crew.hear();
    expect(await statusOf(id)).toBe('working');
    // The launching instance is of the same hour, unless the hour has ended just now.
    const inTime = await launch(job.id);
    const created = (await findInstance(db, id))?.createdAt ?? new Date();
    await db.query('update instances set created_at = $2 where id = $1', [inTime, created]);
    await crew.hear();
    expect(await statusOf(id)).toBe('success');
  });

  it('fails when its time is over, has a new limit after Retry, and is passed by Skip', async () => {
    const job = await define(db, 'noop:');
    const id = await launched(`wait: ${job.id}/monthly timeout=5\nexecute: after`);
    await crew.hear();
    await crew.passTime();
    expect(await statusOf(id)).toBe('error');
    expect((await messages(id)).at(-1)).toBe(
      `waiting jobs \`${job.id}/monthly timeout=5\` timeout.`,
    );
    await inTransaction(db, (tx) => retry(tx, wish(id), facts));
    await crew.hear();
    expect(await statusOf(id)).toBe('working');
    const [waiting] = await db.query<{ seconds: number }>(
      'select extract(epoch from wake_at - now())::float8 as seconds from tokens where instance_id = $1',
      [id],
    );
    expect(waiting?.seconds).toBeGreaterThan(290);
    await inTransaction(db, (tx) => skip(tx, wish(id), facts));
    expect(await crew.settle()).toEqual(['after']);
    expect(await statusOf(id)).toBe('success');
    expect(await openAwaits()).toBe(0);
  });

  it('that is retried by a script is entered anew, and a wait that follows a skipped one stands for itself', async () => {
    const [one, other] = [await define(db, 'noop:'), await define(db, 'noop:')];
    const id = await launched(
      `retry: count=1\n  wait: ${one.id}/monthly\nwait: ${other.id}/monthly`,
    );
    await crew.hear();
    await crew.passTime();
    await crew.hear();
    expect(await statusOf(id)).toBe('working');
    await inTransaction(db, (tx) => skip(tx, wish(id), facts));
    await launch(one.id);
    await crew.hear();
    expect(await statusOf(id)).toBe('working');
    await launch(other.id);
    await crew.hear();
    expect(await statusOf(id)).toBe('success');
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('within a fork ends its branch, and Cancel ends it', async () => {
    const job = await define(db, 'noop:');
    const script = `fork:\n  wait: ${job.id}/monthly\n  execute: beside\nexecute: after`;
    const [id, cancelled] = [await launched(script), await launched(script)];
    expect(await crew.settle()).toEqual(['beside', 'beside']);
    await inTransaction(db, (tx) => cancel(tx, wish(cancelled), facts));
    await launch(job.id);
    expect(await crew.settle()).toEqual(['after']);
    expect([await statusOf(id), await statusOf(cancelled)]).toEqual(['success', 'canceled']);
    expect(await openAwaits()).toBe(0);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('for a failed instance goes on until it has succeeded', async () => {
    const job = await define(db, 'execute: bad');
    const id = await launched(`wait: ${job.id}/monthly`);
    const other = await launch(job.id);
    await crew.settle(failing);
    expect([await statusOf(id), await statusOf(other)]).toEqual(['working', 'error']);
    await inTransaction(db, (tx) => retry(tx, wish(other), facts));
    await crew.settle();
    expect(await statusOf(id)).toBe('success');
  });

  it('for a job that was deleted fails with a sentence, but for what still runs', async () => {
    const job = await define(db, 'execute: awaited');
    const parent = await define(db, `wait: ${job.id}/monthly`);
    await launch(job.id);
    await db.query('update definitions set deleted_at = now() where id = $1', [job.id]);
    const hopeful = await launch(parent.id);
    await crew.hear();
    expect(await statusOf(hopeful)).toBe('working');
    expect(await crew.settle()).toEqual(['awaited']);
    expect(await statusOf(hopeful)).toBe('success');
    await db.query('delete from awaits');
    await db.query(
      `update instances set created_at = now() - interval '40 days' where definition_id = $1`,
      [job.id],
    );
    const hopeless = await launch(parent.id);
    await crew.hear();
    expect(await statusOf(hopeless)).toBe('error');
    expect((await messages(hopeless)).at(-1)).toBe(`There is no job ${job.id} to wait for.`);
  });
});

describe('a wait with on_failure=fail', () => {
  const waiting = (id: number) => launched(`wait: ${id}/monthly on_failure=fail`);

  it('fails as soon as an instance has failed, or was cancelled, or had done so before', async () => {
    const job = await define(db, 'execute: bad');
    const first = await waiting(job.id);
    const failed = await launch(job.id);
    await crew.settle(failing);
    expect(await statusOf(first)).toBe('error');
    expect((await messages(first)).at(-1)).toBe(
      `A waiting job instance#${job.id}/${failed} is in ERROR.`,
    );
    await inTransaction(db, (tx) => cancel(tx, wish(failed), facts));
    const second = await waiting(job.id);
    await crew.hear();
    expect((await messages(second)).at(-1)).toBe(
      `A waiting job instance#${job.id}/${failed} is canceled.`,
    );
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('goes on with a good one, and with one that still runs and was in the way of another', async () => {
    const job = await define(db, 'execute: awaited', { preventMulti: 'working' });
    await launch(job.id);
    await launch(job.id);
    const id = await waiting(job.id);
    await crew.hear();
    expect(await statusOf(id)).toBe('working');
    expect(await crew.settle()).toEqual(['awaited']);
    expect(await statusOf(id)).toBe('success');
  });
});

describe('a wait with after=launch', () => {
  it('counts only instances that are younger than the launch before', async () => {
    const job = await define(db, 'noop:');
    const { id } = await define(db, `wait: ${job.id}/monthly after=launch`);
    await launch(job.id);
    const first = await launch(id);
    await crew.hear();
    expect(await statusOf(first)).toBe('success');
    const second = await launch(id);
    await crew.hear();
    expect(await statusOf(second)).toBe('working');
    await launch(job.id);
    await crew.hear();
    expect(await statusOf(second)).toBe('success');
  });
});

describe('expected_time', () => {
  /** Nothing of before is late any more, and so much time has passed. */
  async function pass(instanceId: number, interval: string): Promise<string[]> {
    await db.query(
      `update tokens set created_at = created_at - $2::interval,
         expected_at = expected_at - $2::interval where instance_id = $1`,
      [instanceId, interval],
    );
    const before = await count();
    await inTransaction(db, warnOfLateTokens);
    const rows = await db.query<{ minutes: string; hours: string }>(
      `select payload->'late'->>'minutes' as minutes, payload->'late'->>'hours' as hours
       from outbox where event = 'long_elapsed_time' order by id offset $1`,
      [before],
    );
    return rows.map(({ minutes, hours }) => `${minutes}+${hours}`);
  }
  const count = async () =>
    (await db.query(`select from outbox where event = 'long_elapsed_time'`)).length;

  it('warns once the token is older, and again every hour, and makes no button stale', async () => {
    const id = await launched('expected_time: 90m\nexecute: slow');
    const [before] = await tokensOf(db, id);
    expect(await pass(id, '89 minutes')).toEqual([]);
    expect(await pass(id, '2 minutes')).toEqual(['90+0']);
    expect(await pass(id, '0')).toEqual([]);
    expect(await pass(id, '61 minutes')).toEqual(['90+1']);
    expect(await messages(id)).toContain('The running time is longer than 90 minutes!');
    const [after] = await tokensOf(db, id);
    expect([after?.version, after?.attempt]).toEqual([before?.version, before?.attempt]);
    expect(await crew.settle()).toEqual(['slow']);
    expect(await pass(id, '10 days')).toEqual([]);
    expect(await statusOf(id)).toBe('success');
  });

  it('is a day where the script says nothing, and never where it says 0', async () => {
    const [usual, never] = [
      await launched('execute: a'),
      await launched('expected_time: 0\nexecute: b'),
    ];
    expect(await pass(usual, '1439 minutes')).toEqual([]);
    expect(await pass(usual, '2 minutes')).toEqual(['1440+0']);
    expect(await pass(never, '100 days')).toEqual([]);
    await crew.settle();
  });

  it('counts from the beginning, also where a later step says so', async () => {
    const id = await launched('execute: a\nexpected_time: 1h\nexecute: b');
    expect(await pass(id, '2 hours')).toEqual([]);
    const claim = await crew.claim();
    if (claim === null) throw new Error('there is a command');
    await crew.end(claim, 0);
    expect(await pass(id, '0')).toEqual(['60+1']);
    await crew.settle();
  });

  it('warns of a branch only where its limit is another than that of its parent', async () => {
    const id = await launched(
      'expected_time: 1h\nfork:\n  execute: same\n  sequence:\n    expected_time: 2h\n    execute: other',
    );
    expect(await pass(id, '61 minutes')).toEqual(['60+0']);
    expect((await pass(id, '62 minutes')).toSorted()).toEqual(['120+0', '60+1']);
    await crew.settle();
    expect(await pass(id, '10 days')).toEqual([]);
  });

  it('says nothing of a step that has failed, which waits for a person, until it goes on', async () => {
    const id = await launched('expected_time: 1h\nexecute: bad');
    await crew.settle(failing);
    expect(await pass(id, '2 hours')).toEqual([]);
    await inTransaction(db, (tx) => retry(tx, wish(id), facts));
    expect(await pass(id, '0')).toEqual(['60+1']);
    await crew.settle();
  });

  it('warns of more than fit into one look, each once, and says so', async () => {
    const { id } = await define(db, 'expected_time: 1h\nexecute: slow');
    const ids = (await launchMany(db, id, 1_001)).map(({ instanceId }) => instanceId);
    await db.query(
      `update tokens set created_at = created_at - interval '2 hours',
         expected_at = expected_at - interval '2 hours' where instance_id = any($1)`,
      [ids],
    );
    const looks = [];
    do looks.push(await inTransaction(db, warnOfLateTokens));
    while (looks.at(-1)?.more === true);
    expect(looks).toEqual([{ more: true }, { more: false }]);
    const told = await db.query<{ times: number }>(
      `select count(*) as times from outbox
       where event = 'long_elapsed_time' and instance_id = any($1) group by instance_id`,
      [ids],
    );
    expect(told.map(({ times }) => times)).toEqual(Array(1_001).fill(1));
    await db.query('delete from instances where id = any($1)', [ids]);
  });
});
