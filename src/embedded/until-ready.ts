// Waits until a started Postgres answers, and makes the database if it is not there yet.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/**
 * `maintenance` is the URL of the database that every cluster has; `signal` aborts when the server has ended.
 * Throws with the end of the server's log after `patienceMs`, or at once on an abort.
 */
export async function untilReady(options: {
  readonly maintenance: string;
  readonly database: string;
  readonly logFile: string;
  readonly signal?: AbortSignal | undefined;
  readonly patienceMs?: number;
}): Promise<void> {
  const deadline = performance.now() + (options.patienceMs ?? 30_000);
  for (;;) {
    const problem = await attempt(options.maintenance, options.database);
    if (problem === undefined) return;
    if (options.signal?.aborted || performance.now() > deadline) {
      throw new Error(
        `The embedded Postgres ${options.signal?.aborted ? 'ended at once' : 'does not answer'} (${problem}). ` +
          `The end of ${options.logFile}:\n${endOf(options.logFile)}`,
      );
    }
    // oxlint-disable-next-line no-await-in-loop -- one attempt after the other is the point
    await pause(30);
  }
}

/** The reason why not, or undefined when the database is there. */
async function attempt(maintenance: string, database: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: maintenance, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0)
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end().catch(() => {});
  }
}

function endOf(logFile: string): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
  } catch (error) {
    return (error as Error).message;
  }
}
