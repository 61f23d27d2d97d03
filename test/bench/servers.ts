/** One throwaway Postgres for a run of the bench, as `kuroko start` would start it; databases on it. */
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { preparePostgres } from '../../src/embedded/postgres.ts';
import { migrateLatest } from '../../src/store/migrate.ts';
import { startServer } from '../support/lifeline.ts';

export interface Servers {
  readonly postgresVersion: string;
  /** A new, empty database; its URL. */
  database(name: string): Promise<string>;
  /** The same with Kuroko's schema. */
  migrated(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startServers(): Promise<Servers> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-bench-'));
  chmodSync(folder, 0o711);
  const postgres = await preparePostgres({
    dataDir: path.join(folder, 'data'),
    sharedDir: path.join(folder, 'shared'),
  });
  const server = startServer(postgres.service, folder);
  await postgres.ready(server.ended);
  const ask = async (sql: string): Promise<string> => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query<{ server_version?: string }>(sql);
    await client.end();
    return rows[0]?.server_version ?? '';
  };
  const database = async (name: string): Promise<string> => {
    await ask(`create database bench_${name}`);
    const url = new URL(postgres.url);
    url.pathname = `/bench_${name}`;
    return url.href;
  };
  return {
    postgresVersion: await ask('show server_version'),
    database,
    async migrated(name) {
      const url = await database(name);
      await migrateLatest(url);
      return url;
    },
    stop: () => server.stop(),
  };
}
