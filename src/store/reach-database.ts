/** Waits for a database that is not there yet, and looks whether it is one that we can use. */
import { setTimeout as sleep } from 'node:timers/promises';
import { invalid } from '../errors.ts';
import { isConnectionLost, type Database } from './database.ts';

const oldestVersion = 14;
const betweenTriesMs = 1_000;

/**
 * Tries for `patienceMs`. Throws Invalid, in one sentence, when the database is out of reach, refuses
 * us, or is older than PostgreSQL 14. `onWait` hears once why there is nothing yet.
 */
export async function reachDatabase(
  db: Database,
  patienceMs: number,
  onWait: (reason: string) => void,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let told = false; ; told = true) {
    try {
      const [row] = await db.query<{ version: number }>(
        `select current_setting('server_version_num')::int / 10000 as version`,
      );
      if ((row?.version ?? 0) >= oldestVersion) return;
      throw invalid(
        `The database is PostgreSQL ${row?.version}: Kuroko needs ${oldestVersion} or newer.`,
      );
    } catch (error) {
      if (!isConnectionLost(error)) throw asRefusal(error, db.url);
      const reason = `The database at ${placeOf(db.url)} cannot be reached (${reasonOf(error)})`;
      if (performance.now() > deadline) {
        throw invalid(`${reason}. Tried for ${Math.round(patienceMs / 1_000)} s.`);
      }
      if (!told) onWait(`${reason}: trying for ${Math.round(patienceMs / 1_000)} s.`);
      await sleep(betweenTriesMs);
    }
  }
}

function asRefusal(error: unknown, url: string): unknown {
  const { code } = error as { code?: unknown };
  // 28...: who we are; 3D000: which database.
  if (typeof code === 'string' && /^(28|3D)/.test(code)) {
    return invalid(`The database at ${placeOf(url)} refuses us: ${reasonOf(error)}.`);
  }
  return error;
}

/** Host, port and name: never the password. */
function placeOf(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `${searchParams.get('host') ?? hostname}${port === '' ? '' : `:${port}`}${pathname}`;
}

/** A refused connection to a name with several addresses is an AggregateError without a message. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || 'no answer';
}
