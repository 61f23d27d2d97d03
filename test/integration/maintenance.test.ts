/** What `kuroko_runner` does, by the keeper's thread and by hand: what is old goes, what is needed stays. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandDefaults } from '../../src/config.ts';
import { cancel } from '../../src/operations/cancel.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { maintain } from '../../src/operations/maintain.ts';
import { findInstance } from '../../src/store/instances.ts';
import { tokensOf } from '../../src/store/tokens.ts';
import { inconsistencies } from '../support/consistency.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startEngine } from '../support/engine.ts';
import { define, facts, launchOne, member, openDatabase } from '../support/operations.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

const retention = { instances: 90, executions: 14 };

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url);
});
afterAll(async () => {
  await db.close();
  await test.drop();
});
beforeEach(() =>
  db.query('truncate instances, tokens, executions, logs, outbox, deliveries cascade'),
);

/** Instances as they were left so many days ago, each with a token, an execution, output, log, notice, delivery and message. */
async function oldInstances(
  count: number,
  { days, status = 'success', steps = 1 }: { days: number; status?: string; steps?: number },
): Promise<number[]> {
  const { id } = await define(db, 'execute: true');
  const rows = await db.query<{ id: number }>(
    `with i as (
       insert into instances (definition_id, definition_name, definition_version, script, status,
         active_tokens, failed_tokens, launched_by, launched_from, created_at, finished_at,
         canceled_at, error_at)
       select $1, 'old', 1, 'execute: true', $3, n, n, 'alice', 'slack', at,
         case when $3 = 'success' then at end, case when $3 = 'canceled' then at end,
         case when $3 = 'error' then at end
       from (select now() - make_interval(days => $4) as at, ($3 = 'error')::int as n) x,
         generate_series(1, $2)
       returning id, created_at
     ), t as (
       insert into tokens (instance_id, path, status, attempt, context)
       select id, '/0-execute', case $3 when 'error' then 'failure' else 'finished' end, 1,
         '{"env":{}}' from i
       returning id, instance_id
     ), e as (
       insert into executions (instance_id, token_id, path, attempt, shell, env, queue, status,
         created_at, finished_at, exit_status)
       select i.id, t.id, '/0-execute', s, 'true', '{}', '@default', 'finished', i.created_at,
         i.created_at, 0
       from i join t on t.instance_id = i.id, generate_series(1, $5) s
       returning id, instance_id, token_id
     ), o as (
       insert into output (execution_id, start_offset, bytes) select id, 0, 'x' from e
     ), l as (
       insert into logs (instance_id, token_id, level, message)
       select instance_id, token_id, 'INFO', 'x' from e
     ), n as (
       insert into outbox (target, event, instance_id, token_id, delivered_at)
       select 'slack', 'finished', instance_id, token_id, now() from e
     ), d as (
       insert into deliveries (notice_id, target, endpoint, shown_endpoint, event, instance_id, request,
         created_at)
       select 0, 'webhook', 'x', 'x', 'finished', id, '{}', created_at from i
     ), m as (
       insert into slack_messages (instance_id, kind, channel, ts, digest)
       select id, 'run', 'C1', '1.' || id, 'x' from i
     )
     select id from i order by id`,
    [id, count, status, days, steps],
  );
  return rows.map((row) => row.id);
}

/** Launches one, and does all that it asks for, as the keeper does. */
async function maintained(script: string): Promise<number> {
  const { id } = await define(db, script);
  const { instanceId } = await launchOne(db, id);
  for (let more = true; more;) ({ more } = await maintain(db, retention, facts));
  return instanceId;
}

/** What goes with an instance: all that has its id, but what is kept for longer, and has ways of its own to end. */
async function tablesOfInstances(): Promise<string[]> {
  const kept = ['audit', 'awaits', 'hook_deliveries', 'idempotent_launches', 'ledger'];
  const rows = await db.query<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'instance_id' and table_name <> all($1)`,
    [kept],
  );
  return rows.map(({ name }) => name);
}

const stateOf = async (id: number) => (await findInstance(db, id))?.status;
const logOf = async (id: number): Promise<string[]> => {
  const rows = await db.query<{ message: string }>(
    'select message from logs where instance_id = $1 order by id',
    [id],
  );
  return rows.map(({ message }) => message);
};
const left = async (ids: readonly number[]): Promise<number[]> => {
  const rows = await db.query<{ id: number }>(
    'select id from instances where id = any($1) order by id',
    [ids],
  );
  return rows.map(({ id }) => id);
};

describe('cleanup_old_instances', () => {
  it('deletes what ended long ago with all that is theirs, and nothing else', async () => {
    const old = await oldInstances(250, { days: 91 });
    const canceled = await oldInstances(1, { days: 200, status: 'canceled' });
    const failed = await oldInstances(1, { days: 200, status: 'error' });
    const young = await oldInstances(2, { days: 89 });
    const [first = 0] = old;
    // Who was in its way is a number that is kept.
    await db.query('update instances set prevented_by = $1 where id = $2', [first, young[0]]);
    const run = await maintained('kuroko_runner: cleanup_old_instances\nexecute: true');
    expect(await left([...old, ...canceled])).toEqual([]);
    expect(await left([...failed, ...young])).toEqual([...failed, ...young]);
    for (const table of await tablesOfInstances()) {
      const rows = await db.query(`select from ${table} where instance_id = any($1)`, [old]);
      expect([table, rows]).toEqual([table, []]);
    }
    expect(await db.query('select from output')).toHaveLength(3);
    expect(await logOf(run)).toEqual([
      'Launched by alice',
      'Begins `cleanup_old_instances`.',
      'Instances that ended more than 90 days ago: 251 deleted.',
    ]);
    const [token] = await tokensOf(db, run);
    expect([await stateOf(run), token?.path]).toEqual(['working', '/1-execute']);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('goes from batch to batch, and after an end in between on from there', async () => {
    const old = await oldInstances(250, { days: 91 });
    const { id } = await define(db, 'kuroko_runner: cleanup_old_instances');
    const { instanceId } = await launchOne(db, id);
    expect(await maintain(db, retention, facts)).toEqual({ more: true });
    expect(await left(old)).toEqual(old.slice(100));
    // Another process, which knows of nothing.
    const other = openDatabase(test.url);
    for (let more = true; more;) ({ more } = await maintain(other, retention, facts));
    await other.close();
    expect(await left(old)).toEqual([]);
    expect((await logOf(instanceId)).at(-1)).toMatch(/: 250 deleted\.$/);
    expect(await stateOf(instanceId)).toBe('success');
    expect(await maintain(db, retention, facts)).toEqual({ more: false });
  });

  it('searches no table for what refers to what it deletes', async () => {
    // Each column that refers to what is deleted is the first of some index.
    const rows = await db.query<{ name: string }>(`
      select c.conrelid::regclass || '.' || a.attname as name
      from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where c.contype = 'f'
        and c.confrelid in ('instances'::regclass, 'tokens'::regclass, 'executions'::regclass)
        and not exists (select from pg_index i
          where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
            and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname)))`);
    expect(rows).toEqual([]);
  });

  it('holds up nobody: launches and steps go on beside 2,000 that are deleted', async () => {
    await oldInstances(2_000, { days: 91, steps: 5 });
    const { id: cleaner } = await define(db, 'kuroko_runner: cleanup_old_instances');
    const { instanceId } = await launchOne(db, cleaner);
    const { id } = await define(db, 'execute: true');
    const beside = openDatabase(test.url);
    const waits: number[] = [];
    const state = { cleaning: true };
    const cleaning = (async () => {
      for (let more = true; more;) ({ more } = await maintain(db, retention, facts));
      state.cleaning = false;
    })();
    while (state.cleaning) {
      const begun = performance.now();
      await launchOne(beside, id);
      waits.push(performance.now() - begun);
    }
    await cleaning;
    await beside.close();
    expect((await logOf(instanceId)).at(-1)).toMatch(/: 2000 deleted\.$/);
    // A batch at most: what is held up by all of it would have been launched once.
    expect(waits.length).toBeGreaterThan(5);
  });
});

describe('cleanup_old_execution_histories', () => {
  it('deletes old executions and their output; of what is open they are evidence', async () => {
    const [old = 0] = await oldInstances(1, { days: 15, steps: 700 });
    const [failed = 0] = await oldInstances(1, { days: 15, status: 'error' });
    const [young = 0] = await oldInstances(1, { days: 13 });
    // Their ids are to grow with their age, as they do.
    await db.query('delete from deliveries');
    await db.query(
      `insert into deliveries (notice_id, target, endpoint, shown_endpoint, event, request, created_at)
       select n, 'webhook', 'x', 'x', 'launch', '{}', now() - make_interval(days => case when n < 1101 then 15 else 13 end)
       from generate_series(1, 1102) n`,
    );
    const run = await maintained('kuroko_runner: cleanup_old_execution_histories');
    expect(await db.query('select notice_id from deliveries order by id')).toEqual([
      { noticeId: 1_101 },
      { noticeId: 1_102 },
    ]);
    const executions = await db.query<{ instanceId: number }>(
      'select distinct instance_id from executions order by 1',
    );
    expect(executions.map(({ instanceId }) => instanceId)).toEqual([failed, young]);
    expect(await db.query('select from output')).toHaveLength(2);
    expect(await left([old])).toEqual([old]);
    expect((await logOf(run)).at(-1)).toBe(
      'Executions that ended more than 14 days ago: 700 deleted.',
    );
    expect(await stateOf(run)).toBe('success');
  });
});

describe('remind_failure', () => {
  it('tells of what has been in ERROR for more than a day, each time anew', async () => {
    const [failed = 0] = await oldInstances(1, { days: 2, status: 'error' });
    const [fresh = 0] = await oldInstances(1, { days: 0, status: 'error' });
    await oldInstances(1, { days: 2, status: 'success' });
    const run = await maintained('kuroko_runner: remind_failure');
    const reminders = () =>
      db.query(`select instance_id, attempt from outbox where event = 'reminder' order by id`);
    expect(await reminders()).toEqual([{ instanceId: failed, attempt: 0 }]);
    expect((await logOf(run)).at(-1)).toBe(
      'Instances in ERROR for more than a day: 1 told of again.',
    );
    await db.query(`update instances set error_at = now() - interval '25 hours' where id = $1`, [
      fresh,
    ]);
    await maintained('kuroko_runner: remind_failure');
    expect(await reminders()).toEqual([
      { instanceId: failed, attempt: 0 },
      { instanceId: failed, attempt: 1 },
      { instanceId: fresh, attempt: 0 },
    ]);
  });
});

describe('a maintenance', () => {
  it('follows a command, and another, in a fork as well', async () => {
    const run = await maintained(
      'fork:\n  kuroko_runner: remind_failure\n  sequence:\n    kuroko_runner: remind_failure\n    kuroko_runner: cleanup_old_execution_histories\nkuroko_runner: cleanup_old_instances',
    );
    expect(await stateOf(run)).toBe('success');
    expect((await logOf(run)).filter((line) => line.startsWith('Begins'))).toHaveLength(4);
    expect(await db.query('select from maintenances')).toEqual([]);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('that cannot be done fails its step with the reason, and can be retried', async () => {
    const { id } = await define(db, 'kuroko_runner: cleanup_old_instances');
    const { instanceId } = await launchOne(db, id);
    await oldInstances(1, { days: 91 });
    await db.query(`create function refuse() returns trigger language plpgsql
      as $$ begin raise exception 'not today'; end $$`);
    await db.query('create trigger refuse before delete on instances execute function refuse()');
    expect(await maintain(db, retention, facts)).toEqual({ more: true });
    await db.query('drop function refuse cascade');
    expect(await stateOf(instanceId)).toBe('error');
    expect((await logOf(instanceId)).at(-1)).toBe(
      '`cleanup_old_instances` could not be done: not today',
    );
    expect(await maintain(db, retention, facts)).toEqual({ more: false });
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('of a run that was cancelled is left undone', async () => {
    const old = await oldInstances(1, { days: 91 });
    const { id } = await define(db, 'kuroko_runner: cleanup_old_instances');
    const { instanceId } = await launchOne(db, id);
    const actor = member('alice');
    await inTransaction(db, (tx) =>
      cancel(tx, { instanceId, actor, requestKey: randomUUID() }, facts),
    );
    for (let more = true; more;) ({ more } = await maintain(db, retention, facts));
    expect(await left(old)).toEqual(old);
    expect(await db.query('select from maintenances')).toEqual([]);
    expect(await stateOf(instanceId)).toBe('canceled');
  });

  it("is done by the keeper's thread, after a command and before another", async () => {
    const old = await oldInstances(3, { days: 2 });
    const config = { ...commandDefaults, retention: { instances: 1, executions: 1 } };
    const engine = await startEngine({ url: test.url, configuration: { source: 'own', config } });
    try {
      const { id } = await define(
        db,
        'execute: true\nkuroko_runner: cleanup_old_instances\nexecute: true',
      );
      const { instanceId } = await launchOne(db, id);
      await until('it is done', async () => (await stateOf(instanceId)) === 'success');
      expect(await left(old)).toEqual([]);
      expect(await logOf(instanceId)).toContain(
        'Instances that ended more than 1 day ago: 3 deleted.',
      );
    } finally {
      await engine.stop();
    }
  });
});
