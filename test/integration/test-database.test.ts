import { readdirSync } from 'node:fs';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';

async function rows(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
  } finally {
    await client.end();
  }
}
const names = 'SELECT name FROM knex_migrations ORDER BY name';

it('is a real Postgres 18 that is durable and closed to the network', async () => {
  const [[version, fsync, commit, addresses]] = (await rows(
    inject('postgresUrl'),
    `SELECT current_setting('server_version_num')::int / 10000, current_setting('fsync'),
            current_setting('synchronous_commit'), current_setting('listen_addresses')`,
  )) as [unknown[]];
  expect([version, fsync, commit, addresses]).toEqual([18, 'on', 'on', '']);
});

it('gives every test a migrated database of its own and takes it away again', async () => {
  const one = await createTestDatabase();
  const other = await createTestDatabase();
  try {
    await rows(one.url, 'CREATE TABLE only_here (id int)');
    expect(await rows(one.url, "SELECT to_regclass('only_here')::text")).toEqual([['only_here']]);
    expect(await rows(other.url, "SELECT to_regclass('only_here')::text")).toEqual([[null]]);
    const migrations = readdirSync(new URL('../../migrations', import.meta.url)).map((file) => [
      file.replace(/\.ts$/, ''),
    ]);
    expect(await rows(other.url, names)).toEqual(expect.arrayContaining(migrations));
  } finally {
    await one.drop();
    await other.drop();
  }
  await expect(rows(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
});

it('gives a database without a schema when asked', async () => {
  const database = await createTestDatabase({ empty: true });
  await expect(rows(database.url, names)).rejects.toThrow('"knex_migrations" does not exist');
  await database.drop();
});
