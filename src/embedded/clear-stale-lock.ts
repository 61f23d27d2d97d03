/** Removes the lock of a Postgres that was killed, where Postgres itself would take a stranger for the owner. */

import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Returns when no process works in `data` any more; throws after `patienceMs` with the ids of those that still do.
 *
 * Postgres takes over a lock whose process is gone, but refuses when that id now belongs to another process of the same
 * user: the rule in a container, where ids start over. Every process of a Postgres has its data folder as
 * working directory, so if none has, the lock is stale whatever its id says.
 */
export async function clearStaleLock(data: string, patienceMs = 10_000): Promise<void> {
  const lock = path.join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const deadline = performance.now() + patienceMs;
  const owner = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  for (;;) {
    const left = processesIn(data);
    if (left.length === 0) {
      rmSync(lock, { force: true });
      return;
    }
    // Without its owner the rest ends by itself within moments; a living owner does not.
    if (left.includes(owner) || performance.now() > deadline) {
      throw new Error(
        `Another Postgres still runs on ${data} (process ${left.join(', ')}): ` +
          'stop the Kuroko it belongs to, or that process, and start again.',
      );
    }
    // oxlint-disable-next-line no-await-in-loop -- one look after the other is the point
    await pause(50);
  }
}

function processesIn(data: string): readonly number[] {
  const folder = realpathSync(data);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => workingDirectory(pid) === folder)
    .map(Number);
}

function workingDirectory(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // Gone meanwhile, a zombie, or another user's: in none of these cases ours.
    return undefined;
  }
}
