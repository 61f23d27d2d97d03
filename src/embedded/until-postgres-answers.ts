/** Waits until a started Postgres answers, and makes the database if it is not there yet. */

import pg from '../store/pg.ts';
import { untilAnswered } from './until-answered.ts';

/**
 * `maintenance` is the URL of the database that every cluster has; `signal` aborts when the server has ended.
 * Throws with the end of the server's log after 30 seconds, or at once on an abort.
 */
export function untilPostgresAnswers(options: {
  readonly maintenance: string;
  readonly database: string;
  readonly logFile: string;
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  return untilAnswered({
    name: 'embedded Postgres',
    attempt: () => attempt(options.maintenance, options.database),
    logFile: options.logFile,
    signal: options.signal,
    patienceMs: 30_000,
  });
}

/** The reason why not, or undefined when the database is there. */
async function attempt(maintenance: string, database: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: maintenance, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end().catch(() => {});
  }
}
