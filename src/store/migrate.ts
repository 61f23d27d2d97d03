/** Brings the schema forward or back, one migration a file in `migrations/`. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import pg from './pg.ts';
import type { Connection } from './database.ts';

const directory = new URL('../../migrations/', import.meta.url);

/** Of the advisory lock; any number that nobody else uses. */
const lockKey = 5_020_016;

const migrationSource: Knex.MigrationSource<string> = {
  async getMigrations() {
    const files = await readdir(directory);
    return files.filter((file) => /^\d{3}_\w+\.(ts|js)$/.test(file)).toSorted();
  },
  getMigrationName: (file) => path.parse(file).name,
  getMigration: (file) => import(new URL(file, directory).href) as Promise<Knex.Migration>,
};

/** Applies what is missing; returns the names of the migrations applied now. */
export function migrateLatest(url: string): Promise<string[]> {
  return withKnex(url, async (db) => {
    const [, applied] = (await db.migrate.latest({ migrationSource })) as [number, string[]];
    return applied.map((name) => path.parse(name).name);
  });
}

/** Takes the last batch back; returns the names of the migrations taken back. */
export function migrateRollback(url: string): Promise<string[]> {
  return withKnex(url, async (db) => {
    const [, undone] = (await db.migrate.rollback({ migrationSource })) as [number, string[]];
    return undone.map((name) => path.parse(name).name);
  });
}

/** Names of the migrations that are applied and of those that are not. */
export function migrateStatus(url: string): Promise<{ applied: string[]; pending: string[] }> {
  return withKnex(url, async (db) => {
    const [applied, pending] = (await db.migrate.list({ migrationSource })) as [
      { name: string }[],
      string[],
    ];
    return {
      applied: applied.map(({ name }) => name),
      pending: pending.map((file) => path.parse(file).name),
    };
  });
}

/** Names of the migrations that are not applied: only a look, which creates and locks nothing. */
export async function pendingMigrations(on: Connection): Promise<string[]> {
  const files = await migrationSource.getMigrations([]);
  const names = files.map((file) => path.parse(file).name);
  const [{ known } = { known: false }] = await on.query<{ known: boolean }>(
    `select to_regclass('knex_migrations') is not null as known`,
  );
  if (!known) return names;
  const rows = await on.query<{ name: string }>('select name from knex_migrations');
  // Compiled they have another ending.
  const applied = new Set(rows.map(({ name }) => path.parse(name).name));
  return names.filter((name) => !applied.has(name));
}

async function withKnex<T>(url: string, work: (db: Knex) => Promise<T>): Promise<T> {
  // 14 MB, and a tenth of a second: most starts have nothing to migrate.
  const { default: knex } = await import('knex');
  const db = knex({ client: 'pg', connection: url, pool: { min: 0, max: 2 } });
  const guard = new pg.Client({ connectionString: url });
  try {
    // Two first starts on an empty database would both create knex's own tables.
    await guard.connect();
    await guard.query('select pg_advisory_lock($1)', [lockKey]);
    return await work(db);
  } finally {
    await guard.end().catch(() => {});
    await db.destroy();
  }
}
