/** What a verb needs that works on the database: configuration, connection, and who is asking. */
import { loadConfig, type Config } from '../config.ts';
import { invalid } from '../errors.ts';
import { publishedConfig } from '../operations/engine-config.ts';
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
    return await work({ config, db, facts: await factsOf(config, db), actor: cliActor() });
  } finally {
    await db.close();
  }
}

/**
 * The secrets and custom tasks of the own configuration, and those that `kuroko start` has published:
 * from a host without its file nothing is shown that is masked elsewhere.
 */
async function factsOf(config: Config, db: Database): Promise<EngineFacts> {
  // A database without a schema says so to the verb, which then says what to do.
  const published = await publishedConfig(db).catch(() => null);
  if (published === null) return engineFacts(config);
  return engineFacts({
    railsEnvCeiling: config.railsEnvCeiling,
    customTasks: { ...published.customTasks, ...config.customTasks },
    timeZone: published.timeZone,
    catchUp: published.catchUp,
    secrets: [...published.secrets, ...config.secrets],
  });
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
