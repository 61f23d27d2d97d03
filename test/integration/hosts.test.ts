import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drainExecutor, undrainExecutor } from '../../src/operations/executor-drain.ts';
import { findPlace, parsePlace } from '../../src/operations/find-place.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { resumeWorker, suspendWorker } from '../../src/operations/worker-suspension.ts';
import { endedCommands } from '../../src/store/ended-commands.ts';
import { leavePlace, registerExecutor } from '../../src/store/executors.ts';
import { memoryExpectancy } from '../../src/store/memory-expectancy.ts';
import { pendingCommands } from '../../src/store/pending-commands.ts';
import { forgetPlaces, isDrained } from '../../src/store/places.ts';
import { listWorkers } from '../../src/store/worker-list.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { define, launchOne, member, openDatabase } from '../support/operations.ts';
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
beforeEach(() =>
  db.query('truncate executors, instances, tokens, executions, logs, audit cascade'),
);

const ann = member('ann');
const ben = member('ben');
const register = (host: string, queue: string, workers: number, kind: 'start' | 'executor') =>
  inTransaction(db, (tx) =>
    registerExecutor(tx, { host, queue, kind, epoch: 'e', bootId: 'b', pid: 1 }, workers),
  );
const place = (text: string) => parsePlace(text);
const suspend = (number: number, actor = ann, at = 'h1') =>
  inTransaction(db, (tx) => suspendWorker(tx, { place: place(at), number, actor }));
const resume = (number: number, actor = ann) =>
  inTransaction(db, (tx) => resumeWorker(tx, { place: place('h1'), number, actor }));
const drain = (at: string, actor = ann) =>
  inTransaction(db, (tx) => drainExecutor(tx, { place: place(at), actor }));
const undrain = (at: string, actor = ann) =>
  inTransaction(db, (tx) => undrainExecutor(tx, { place: place(at), actor }));
const listed = async () => (await listWorkers(db, { limit: 100 })).executors;
const audited = () =>
  db.query<{ action: string; outcome: string; actorName: string; after: unknown }>(
    'select action, outcome, actor_name, after from audit order by id',
  );

/** A worker runs the pending execution of an instance, for so many seconds already. */
const claimFor = (instanceId: number, workerId: number, seconds: number) =>
  db.query(
    `update executions set status = 'claimed', worker_id = $2, worker_number = w.number, fence = 1, epoch = 'e',
       claimed_at = now() - make_interval(secs => $3), started_at = now() - make_interval(secs => $3)
     from workers w where w.id = $2 and instance_id = $1 and status = 'pending'`,
    [instanceId, workerId, seconds],
  );
/** Instances of a definition whose command took so many seconds, one after the other. */
async function past(definitionId: number, seconds: readonly number[], how = 'exit_status = 0') {
  for (const taken of seconds) {
    const { instanceId } = await launchOne(db, definitionId);
    await db.query(
      `update executions set status = 'finished', ${how}, peak_memory = $2 * 1000, host = 'old',
         started_at = now() - make_interval(secs => $2), finished_at = now() where instance_id = $1`,
      [instanceId, taken],
    );
  }
}
const workerIds = async (host: string) =>
  (
    await db.query<{ id: number }>(
      `select w.id from workers w join executors x on x.id = w.executor_id where x.host = $1 order by number`,
      [host],
    )
  ).map(({ id }) => id);

describe('a worker that is suspended', () => {
  it('is shown so, once, with who did it; who comes later is told', async () => {
    await register('h1', '@default', 2, 'start');
    expect(await suspend(2)).toMatchObject({
      host: 'h1',
      queue: '@default',
      number: 2,
      already: null,
      running: null,
    });
    const again = await suspend(2, ben);
    expect(again.already?.by).toBe('ann');
    expect(again.already?.at).toBeInstanceOf(Date);
    const [executor] = await listed();
    expect(executor?.workers).toMatchObject([
      { number: 1, suspended: false, suspensionBy: null },
      { number: 2, suspended: true, suspensionBy: 'ann' },
    ]);
    expect(await resume(2, ben)).toMatchObject({ already: null });
    expect((await resume(2)).already?.by).toBe('ben');
    expect(await audited()).toMatchObject([
      {
        action: 'suspend_worker',
        outcome: 'done',
        actorName: 'ann',
        after: { host: 'h1', queue: '@default', number: 2, suspended: true },
      },
      { action: 'suspend_worker', outcome: 'late', actorName: 'ben' },
      { action: 'resume_worker', outcome: 'done', actorName: 'ben', after: { suspended: false } },
      { action: 'resume_worker', outcome: 'late', actorName: 'ann' },
    ]);
  });

  it('stays so over a restart, and others do not', async () => {
    const { id } = await register('h1', '@default', 2, 'start');
    await suspend(1);
    await drain('h1');
    await leavePlace(db, id, 'e');
    expect(await listed()).toEqual([]);
    await register('h1', '@default', 3, 'executor');
    expect(await listed()).toMatchObject([
      {
        presence: 'present',
        kind: 'executor',
        drainingAt: null,
        leftAt: null,
        workers: [{ suspended: true }, { suspended: false }, { suspended: false }],
      },
    ]);
  });

  it('goes on with what it runs, and says until when', async () => {
    const { id: definitionId } = await define(db, 'execute: x\n');
    await past(definitionId, [100]);
    const { workers } = await register('h1', '@default', 1, 'start');
    const { instanceId } = await launchOne(db, definitionId);
    await claimFor(instanceId, workers[0]?.id ?? 0, 10);
    const { running } = await suspend(1);
    expect(running).toMatchObject({ instanceId, path: '/0-execute', expectedEnd: { type: 'at' } });
  });

  it('is refused where there is none, and where several hosts or queues can be meant', async () => {
    await register('h1', '@default', 1, 'start');
    await expect(suspend(2)).rejects.toThrow('The executor h1:@default has no worker 2.');
    await expect(suspend(1, ann, 'h2')).rejects.toThrow(
      'There is no executor on a host h2. There is h1:@default.',
    );
    await register('h1', 'batch', 1, 'executor');
    await expect(suspend(1)).rejects.toMatchObject({
      message: 'The host h1 has 2 executors. Say which.',
      details: ['h1:@default', 'h1:batch'],
    });
    expect(await suspend(1, ann, 'h1:batch')).toMatchObject({ queue: 'batch', already: null });
    expect(await audited()).toHaveLength(1);
  });
});

describe('a place', () => {
  it.each([
    ['h1', { host: 'h1', queue: null }],
    ['h1:batch', { host: 'h1', queue: 'batch' }],
    ['h1:@default', { host: 'h1', queue: '@default' }],
    ['fe80::1:night', { host: 'fe80::1', queue: 'night' }],
    ['h1:not a queue', { host: 'h1:not a queue', queue: null }],
  ])('%s is %o', (text, parsed) => expect(parsePlace(text)).toEqual(parsed));

  it('that was left is meant only when there is no other', async () => {
    const { id } = await register('h1', 'old', 1, 'start');
    await leavePlace(db, id, 'e');
    const find = () =>
      inTransaction(db, (tx) => findPlace(tx, { host: 'h1', queue: null })).then(
        ({ queue }) => queue,
      );
    expect(await find()).toBe('old');
    await register('h1', 'new', 1, 'start');
    expect(await find()).toBe('new');
    await expect(drain('h1:old')).rejects.toThrow('has left');
  });

  it('is forgotten a day after it was left, or fell silent, unless it holds something', async () => {
    for (const host of ['left', 'silent', 'holding', 'lately', 'alive']) {
      await register(host, '@default', 1, 'executor');
    }
    const long = `now() - interval '25 hours'`;
    await db.query(
      `update executors set
         left_at = case host when 'left' then ${long} when 'lately' then now() end,
         beat_at = case when host = 'alive' then now() else ${long} end`,
    );
    const { id } = await define(db, 'execute: x\n');
    const { instanceId } = await launchOne(db, id);
    const [holding = 0] = await workerIds('holding');
    await claimFor(instanceId, holding, 1);
    expect((await forgetPlaces(db, 1)).length).toBe(1);
    await forgetPlaces(db, 10);
    const left = await db.query<{ host: string }>('select host from executors order by host');
    expect(left.map(({ host }) => host)).toEqual(['alive', 'holding', 'lately']);
    expect((await listed()).map(({ host, presence }) => [host, presence])).toEqual([
      ['alive', 'present'],
      ['holding', 'away'],
    ]);
  });
});

describe('a drained executor', () => {
  it('is empty when nothing runs, and takes work again when that is taken back', async () => {
    const { id } = await register('h1', '@default', 1, 'executor');
    expect(await isDrained(db, id)).toBe(false);
    expect(await drain('h1')).toMatchObject({
      kind: 'executor',
      already: null,
      running: [],
      estimate: { type: 'empty' },
    });
    expect((await drain('h1', ben)).already?.by).toBe('ann');
    expect(await isDrained(db, id)).toBe(true);
    expect(await listed()).toMatchObject([{ drainingBy: 'ann' }]);
    expect(await undrain('h1')).toMatchObject({ already: null });
    expect((await undrain('h1')).already).toEqual({ by: null, at: null });
    expect(await isDrained(db, id)).toBe(false);
  });

  it('says when it will be empty, from the median of the past of what it runs', async () => {
    const { id: steady } = await define(db, 'execute: x\n', { name: 'steady' });
    const { id: fresh } = await define(db, 'execute: x\n', { name: 'fresh' });
    await past(steady, [50, 60, 900]);
    await past(steady, [5, 5, 5, 5], `term_signal = 'TERM'`);
    const { id, workers } = await register('h1', '@default', 3, 'executor');
    const worker = (index: number) => workers[index]?.id ?? 0;
    const first = await launchOne(db, steady);
    await claimFor(first.instanceId, worker(0), 20);
    const told = await drain('h1');
    const at = told.estimate.type === 'at' ? told.estimate.at.getTime() : 0;
    expect(Math.abs(at - Date.now() - 40_000)).toBeLessThan(5_000);
    expect(await isDrained(db, id)).toBe(false);

    const second = await launchOne(db, steady);
    await claimFor(second.instanceId, worker(1), 70);
    expect((await drain('h1')).estimate).toMatchObject({ type: 'overdue', overdue: 1 });
    const third = await launchOne(db, fresh);
    await claimFor(third.instanceId, worker(2), 1);
    expect((await drain('h1')).estimate).toEqual({ type: 'unknown', unknown: 1 });
    expect(await listed()).toMatchObject([
      {
        workers: [
          { running: { definitionName: 'steady', expectedEnd: { type: 'at' } } },
          { running: { expectedEnd: { type: 'overdue' } } },
          { running: { definitionName: 'fresh', expectedEnd: { type: 'unknown' } } },
        ],
      },
    ]);
  });
});

describe('what waits', () => {
  it('says for what: a free worker, one that is resumed, or any at all', async () => {
    await register('h1', '@default', 1, 'start');
    const queues = ['', 'nobody', 'idle'];
    for (const queue of queues) {
      const { id } = await define(db, `queue: ${queue}\nexecute: x\n`);
      await launchOne(db, id);
    }
    await register('h2', 'idle', 1, 'executor');
    await suspend(1, ann, 'h2');
    const { total, commands } = await pendingCommands(db, { limit: 10 });
    expect(total).toBe(3);
    expect(commands.map(({ queue, waitsFor }) => [queue, waitsFor])).toEqual([
      ['@default', 'free'],
      ['nobody', 'any'],
      ['idle', 'resumed'],
    ]);
    await drain('h1');
    const [oldest] = (await pendingCommands(db, { limit: 1 })).commands;
    expect(oldest).toMatchObject({ queue: '@default', waitsFor: 'resumed' });
    expect(await pendingCommands(db, { limit: 1, offset: 2 })).toMatchObject({
      total: 3,
      commands: [{ queue: 'idle' }],
    });
  });
});

describe('the history', () => {
  it('is of what was run, the last to end first, by page, by definition and since a time', async () => {
    const { id: one } = await define(db, 'execute: one\n', { name: 'one' });
    const { id: two } = await define(db, 'execute: two\n', { name: 'two' });
    await past(one, [3]);
    await past(two, [2]);
    await past(one, [1]);
    // It was started first, and ended last.
    await db.query(
      `update executions set finished_at = finished_at + interval '1 minute' where id = (select min(id) from executions)`,
    );
    const seconds = async (filter: Partial<Parameters<typeof endedCommands>[1]>) =>
      (await endedCommands(db, { limit: 10, ...filter })).map((row) =>
        Math.round(row.seconds ?? 0),
      );
    expect(await seconds({})).toEqual([63, 1, 2]);
    expect(await seconds({ definitionId: one })).toEqual([1, 63]);
    expect(await seconds({ since: new Date(Date.now() + 30_000) })).toEqual([63]);
    expect(await seconds({ definitionId: two, since: new Date(0) })).toEqual([2]);
    for (const filter of [{}, { definitionId: one }]) {
      const all = await endedCommands(db, { limit: 10, ...filter });
      const [first, second] = all;
      const next = await endedCommands(db, {
        limit: 1,
        before: first?.executionId ?? 0,
        ...filter,
      });
      expect(next).toEqual([second]);
    }
    await launchOne(db, one);
    expect(await seconds({})).toHaveLength(3);
  });

  it('tells how much memory a definition is expected to need', async () => {
    const { id } = await define(db, 'execute: one\n');
    expect(await memoryExpectancy(db, id)).toBe(null);
    await past(id, [9, 100, 7]);
    expect(await memoryExpectancy(db, id)).toBe(100_000);
    await past(
      id,
      Array.from({ length: 20 }, () => 8),
    );
    expect(await memoryExpectancy(db, id)).toBe(8_000);
  });
});
