/** Finds the embedded Postgres that another Kuroko process on this machine has started. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { connectionUrl } from './postgres.ts';

/** Its connection URL, or undefined when none runs for that data folder. Throws when it is another user's. */
export function runningPostgres(dataDir: string): string | undefined {
  const lock = path.join(dataDir, 'postgres', 'data', 'postmaster.pid');
  if (!existsSync(lock)) return undefined;
  // Lines, as Postgres writes them: process, data folder, start, port, socket folder, address, memory, status.
  const [pid, , , , sockets, , , status] = readFileSync(lock, 'utf8').split('\n');
  if (!sockets || status?.trim() !== 'ready' || !existsSync(`/proc/${pid}`)) return undefined;
  const password = readFileSync(path.join(dataDir, 'postgres.password'), 'utf8').trim();
  return connectionUrl('kuroko', password, sockets);
}
