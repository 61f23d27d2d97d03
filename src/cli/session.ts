/** What a verb needs that works on the database: configuration, connection, and who is asking. */
import { loadConfig, type Config } from '../config.ts';
import { invalid } from '../errors.ts';
import { engineFacts, type EngineFacts } from '../operations/engine-facts.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { cliActor } from './cli-actor.ts';
import type { Actor } from '../operations/actor.ts';
import type { Outside } from './outside.ts';

export interface Session {
  readonly config: Config;
  readonly db: Database;
  readonly facts: EngineFacts;
  readonly actor: Actor;
}

/** Opens the database for as long as `work` takes. Throws Invalid when there is none to be had. */
export async function withSession<T>(
  outside: Outside,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const config = loadConfig(process.env);
  const db = openDatabase(await databaseUrl(config, outside), { max: 2, name: 'kuroko cli' });
  try {
    return await work({ config, db, facts: engineFacts(config), actor: cliActor() });
  } finally {
    await db.close();
  }
}

/** `DATABASE_URL`, else the embedded PostgreSQL of the data folder while it runs. */
export async function databaseUrl(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  outside: Outside,
): Promise<string> {
  const url = config.databaseUrl ?? (await outside.runningDatabase(config.dataDir));
  if (url !== undefined) return url;
  throw invalid(
    `There is no database: DATABASE_URL is not set, and no Kuroko runs on ${config.dataDir}. ` +
      'Start one there with: kuroko start',
  );
}
