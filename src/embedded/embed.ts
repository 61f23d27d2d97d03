/** What a newcomer runs with nothing configured: a PostgreSQL and a Slack of their own. */
import { keepService } from './keep-service.ts';
import { prepareLocalSlack, type PreparedLocalSlack } from './local-slack.ts';
import { preparePostgres } from './postgres.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Guardian } from '../processes/guardian.ts';

const slackPort = 3_000;
const mostTries = 3;

/** Starts the embedded PostgreSQL; resolves with its URL once it answers. */
export async function embedPostgres(
  guardian: Guardian,
  dataDir: string,
  log: Log,
  ending: () => boolean,
): Promise<string> {
  const prepared = await preparePostgres({ dataDir });
  for (const note of prepared.notes) process.stdout.write(`${note}\n`);
  await keepService(guardian, prepared, log, ending);
  return prepared.url;
}

export type EmbeddedSlack = PreparedLocalSlack;

/** Starts the local Slack; resolves once it answers. */
export async function embedSlack(
  guardian: Guardian,
  { dataDir }: Pick<Config, 'dataDir'>,
  log: Log,
  ending: () => boolean,
): Promise<EmbeddedSlack> {
  for (let port = slackPort; ; port += 1) {
    const prepared = await prepareLocalSlack({ dataDir, port });
    try {
      await keepService(guardian, prepared, log, ending);
      return prepared;
    } catch (error) {
      // Somebody else took the port between our look and the start: the next one, a few times.
      if (port === slackPort + mostTries) throw error;
      log.warn({ err: error, port }, 'the local Slack did not start');
    }
  }
}
