/** What executors wait for before they can work: a schema of this version, and a published configuration. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { publishedConfig, type EngineConfig } from '../operations/engine-config.ts';
import { isConnectionLost, type Connection } from '../store/database.ts';
import { pendingMigrations } from '../store/migrate.ts';

const betweenLooksMs = 500;

/** Looks until both are there. `onWait` hears each new reason why not; null when `isOver` while it waited. */
export async function awaitEngineConfig(
  db: Connection,
  isOver: () => boolean,
  onWait: (reason: string) => void,
): Promise<EngineConfig | null> {
  for (let told = ''; !isOver(); await sleep(betweenLooksMs)) {
    const found = await look(db);
    if (typeof found !== 'string') return found;
    if (found !== told) onWait(found);
    told = found;
  }
  return null;
}

/** A sentence when there is nothing to work with yet. */
async function look(db: Connection): Promise<EngineConfig | string> {
  try {
    if ((await pendingMigrations(db)).length > 0) {
      return 'Waiting for the schema of this version: kuroko start brings it, or kuroko migrate.';
    }
    return (
      (await publishedConfig(db)) ?? 'Waiting for a kuroko start to publish its configuration.'
    );
  } catch (error) {
    if (error instanceof UserError)
      return `Waiting: ${[error.message, ...error.details].join(' ')}`;
    if (isConnectionLost(error)) return 'Waiting for the database.';
    throw error;
  }
}
