import { describe, expect, it, onTestFinished } from 'vitest';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { warnOfLateTokens } from '../../src/operations/warn-of-late-tokens.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createTestDatabase } from '../support/database.ts';
import { handWorker } from '../support/hand-worker.ts';
import { define, launchMany } from '../support/operations.ts';

/** One connection, which keeps its plans; nobody has the tables looked at meanwhile. */
async function unwatchedDatabase(planOnce: boolean): Promise<Database> {
  const database = await createTestDatabase();
  const db = openDatabase(database.url, { max: 1, planOnce });
  onTestFinished(async () => {
    await db.close();
    await database.drop();
  });
  for (const table of tables) {
    await db.query(`alter table ${table} set (autovacuum_enabled = false)`);
  }
  return db;
}

const tables = ['definitions', 'instances', 'tokens', 'executions', 'logs', 'outbox', 'workers'];

/** Rows and entries of indexes that were read by whoever it was. */
async function readSoFar(db: Database): Promise<number> {
  await db.query('select pg_stat_force_next_flush()');
  const [row] = await db.query<{ read: number }>(`
    select (select sum(seq_tup_read) from pg_stat_user_tables)::bigint
      + (select sum(idx_tup_read) from pg_stat_user_indexes)::bigint as read`);
  return row?.read ?? 0;
}

const many = 5_000;

/** Other definitions, with instances that are open, that wait for a worker of another queue, and that have ended. */
async function grow(db: Database, kinds = ['working', 'success']): Promise<void> {
  await db.query(
    `
    with other as (
      insert into definitions (name, description, script) select 'other ' || n, '', 'noop:' from generate_series(1, ${many}) n
      returning id
    ), run as (
      insert into instances (definition_id, launch_key, definition_name, definition_version, script,
        status, finished_at, launched_by, launched_from)
      select id, kind || id, 'old', 1, '', kind::instance_status, case kind when 'success' then now() end,
        'x', 'schedule'
      from other, unnest($1::text[]) as kinds (kind)
      returning id, status
    ), token as (
      insert into tokens (instance_id, path, status, context)
      select id, '/', case status when 'working' then 'working' else 'finished' end::token_status, '{}'
      from run
      returning id, instance_id, status
    ), execution as (
      insert into executions (instance_id, token_id, path, attempt, shell, env, queue, status)
      select instance_id, id, '/', 0, 'true', '{}', 'nobody',
        case status when 'working' then 'pending' else 'finished' end::execution_status
      from token
    ), log as (
      insert into logs (instance_id, level, message) select id, 'INFO', 'old' from run
    )
    insert into outbox (instance_id, event) select id, 'launch' from run`,
    [kinds],
  );
}

const fresh = { what: 'when there was nothing', prepare: async (): Promise<void> => {} };
const small = {
  what: 'when there was little',
  prepare: async (db: Database): Promise<void> => {
    for (let count = 0; count < 16; count += 1) {
      const { id } = await define(db, 'queue: nobody\nexecute: true\n');
      await launchMany(db, id, 3);
    }
    await db.query('analyze');
  },
};

/** Each row that it writes is looked for in some indexes; whatever is read whole has thousands. */
const fewTimes = 300;

describe.for([fresh, small])('planned $what, and with many rows since', ({ prepare }) => {
  it('launches read no more', async () => {
    const db = await unwatchedDatabase(false);
    const { id } = await define(db, 'execute: true\n');
    await prepare(db);
    for (let times = 0; times < 7; times += 1) await launchMany(db, id, 5);
    await grow(db);
    const before = await readSoFar(db);
    await launchMany(db, id, 5);
    expect((await readSoFar(db)) - before).toBeLessThan(fewTimes);
  });

  it('nor do claims and steps', async () => {
    const db = await unwatchedDatabase(true);
    const { id } = await define(db, 'execute: true\nexecute: true\n');
    const worker = await handWorker(db);
    await prepare(db);
    await launchMany(db, id, 10);
    let claim = await worker.claim();
    for (let times = 0; times < 7; times += 1) claim = await worker.goOn(claim, 0);
    await worker.end(claim, 1);
    await grow(db);
    const before = await readSoFar(db);
    claim = await worker.goOn(await worker.claim(), 0);
    await worker.end(await worker.goOn(claim, 0), 1);
    expect((await readSoFar(db)) - before).toBeLessThan(fewTimes);
  });

  it('nor does a look for what is late, however much has ended', async () => {
    const db = await unwatchedDatabase(false);
    const { id } = await define(db, 'queue: nobody\nexecute: true\n');
    await prepare(db);
    await launchMany(db, id, 5);
    await grow(db, ['success']);
    await db.query(
      `update tokens set expected_at = now() where status = 'working' and instance_id in (
         select id from instances where definition_id = $1)`,
      [id],
    );
    const before = await readSoFar(db);
    await inTransaction(db, warnOfLateTokens);
    expect((await readSoFar(db)) - before).toBeLessThan(fewTimes);
    const told = await db.query(`select from outbox where event = 'long_elapsed_time'`);
    expect(told).toHaveLength(5);
  });
});
