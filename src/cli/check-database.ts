/** Whether the database answers, is new enough, and has the schema of this version. */
import { UserError } from '../errors.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrateStatus } from '../store/migrate.ts';
import { checkDefinitionSecrets } from './check-secrets.ts';
import { checkUntold } from './check-untold.ts';
import { checkTargets } from './check-targets.ts';
import { explain } from './explain.ts';
import { databaseUrl } from './session.ts';
import type { Config } from '../config.ts';
import type { Outside } from './outside.ts';
import type { Finding } from './finding.ts';

const oldest = 14;
const about = 'database';

export async function checkDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir' | 'secrets'> & {
    /** Null where the configuration cannot be read. */
    readonly notifiers: Config['notifiers'] | null;
  },
  outside: Outside,
): Promise<Finding[]> {
  let url: string;
  try {
    url = await databaseUrl(config, outside);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const message = 'DATABASE_URL is not set: kuroko start brings a PostgreSQL of its own';
    return [{ type: 'ok', about, message }];
  }
  const db = openDatabase(url, { max: 1, name: 'kuroko check' });
  try {
    const [row] = await db.query<{ version: number; name: string }>(
      `select current_setting('server_version_num')::int / 10000 as version,
         current_setting('server_version') as name`,
    );
    const { version, name } = row ?? { version: 0, name: 'unknown' };
    if (version < oldest)
      return [problem(`PostgreSQL ${name} is too old: ${oldest} is the oldest`)];
    const { applied, pending } = await migrateStatus(url);
    return [
      { type: 'ok', about, message: `PostgreSQL ${name}, ${applied.length} migrations` },
      ...pending.map((migration) => problem(`${migration} is not applied: run kuroko migrate`)),
      ...(pending.length === 0 ? await checkDefinitions(db, config) : []),
    ];
  } catch (error) {
    return [problem(explain(error).trim())];
  } finally {
    await db.close();
  }
}

async function checkDefinitions(
  db: Database,
  { secrets, notifiers }: Pick<Config, 'secrets'> & { notifiers: Config['notifiers'] | null },
): Promise<Finding[]> {
  const told = notifiers === null ? [] : await checkTargets(db, notifiers);
  return [...(await checkDefinitionSecrets(db, { secrets })), ...told, ...(await checkUntold(db))];
}

const problem = (message: string): Finding => ({ type: 'problem', about, message });
