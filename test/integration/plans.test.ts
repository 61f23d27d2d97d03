import { expect, it, onTestFinished } from 'vitest';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createTestDatabase } from '../support/database.ts';
import { handWorker } from '../support/hand-worker.ts';
import { define, launchMany } from '../support/operations.ts';

/** One connection, which keeps its plans; nobody has the tables looked at meanwhile. */
async function smallDatabase(planOnce: boolean): Promise<{ db: Database; definitionId: number }> {
  const database = await createTestDatabase();
  const db = openDatabase(database.url, { max: 1, planOnce });
  onTestFinished(async () => {
    await db.close();
    await database.drop();
  });
  for (const table of tables) {
    await db.query(`alter table ${table} set (autovacuum_enabled = false)`);
  }
  return { db, definitionId: (await define(db, 'execute: true\n')).id };
}

const tables = ['instances', 'tokens', 'executions'];

/** Rows that were read one after the other, along no index. */
async function readSoFar(db: Database): Promise<number> {
  await db.query('select pg_stat_force_next_flush()');
  const [row] = await db.query<{ read: number }>(
    `select sum(seq_tup_read)::bigint as read from pg_stat_user_tables where relname = any($1)`,
    [tables],
  );
  return row?.read ?? 0;
}

/** The tables are known to be small, and have grown since. */
async function grow(db: Database, definitionId: number): Promise<void> {
  await db.query(
    `insert into instances (definition_id, launch_key, definition_name, definition_version, script,
       launched_by, launched_from)
     select $1, 'k' || n, 'old', 1, '', 'x', 'schedule' from generate_series(1, 5000) n`,
    [definitionId],
  );
}

it('launches read no more once there are many instances, though they were planned when there were few', async () => {
  const { db, definitionId } = await smallDatabase(false);
  await launchMany(db, definitionId, 50);
  await db.query('analyze');
  for (let times = 0; times < 7; times += 1) await launchMany(db, definitionId, 5);
  await grow(db, definitionId);
  const before = await readSoFar(db);
  await launchMany(db, definitionId, 5);
  expect((await readSoFar(db)) - before).toBe(0);
});

it('nor do claims and steps', async () => {
  const { db, definitionId } = await smallDatabase(true);
  const worker = await handWorker(db);
  await launchMany(db, definitionId, 50);
  await db.query('analyze');
  for (let times = 0; times < 7; times += 1) await worker.end(await worker.claim(), 0);
  await grow(db, definitionId);
  const before = await readSoFar(db);
  await worker.end(await worker.claim(), 0);
  await worker.end(await worker.claim(), 1);
  expect((await readSoFar(db)) - before).toBe(0);
});
