/** What a newcomer runs with nothing configured: a PostgreSQL and a Slack of their own. */
import { keepService } from './keep-service.ts';
import { keptLocalSlack, prepareLocalSlack, type PreparedLocalSlack } from './local-slack.ts';
import { keptPostgres, preparePostgres } from './postgres.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Guardian } from '../processes/guardian.ts';

const slackPort = 3_000;
const mostTries = 3;

/** Starts the embedded PostgreSQL, or goes on with the one that was handed over; resolves with its URL once it answers. */
export async function embedPostgres(
  guardian: Guardian,
  dataDir: string,
  log: Log,
  ending: () => boolean,
): Promise<string> {
  const kept = await isKept(guardian, 'postgres');
  const prepared = await (kept ? keptPostgres({ dataDir }) : preparePostgres({ dataDir }));
  for (const note of prepared.notes) process.stdout.write(`${note}\n`);
  await keepService(guardian, prepared, log, ending);
  return prepared.url;
}

/** `fresh`: it was started just now, and knows nothing of what was told before. */
export type EmbeddedSlack = PreparedLocalSlack & { readonly fresh: boolean };

/** Starts the local Slack, or goes on with the one that was handed over; resolves once it answers. */
export async function embedSlack(
  guardian: Guardian,
  { dataDir }: Pick<Config, 'dataDir'>,
  log: Log,
  ending: () => boolean,
): Promise<EmbeddedSlack> {
  if (await isKept(guardian, 'local-slack')) {
    const kept = keptLocalSlack(dataDir);
    await keepService(guardian, kept, log, ending);
    return { ...kept, fresh: false };
  }
  for (let port = slackPort; ; port += 1) {
    const prepared = await prepareLocalSlack({ dataDir, port });
    try {
      await keepService(guardian, prepared, log, ending);
      return { ...prepared, fresh: true };
    } catch (error) {
      // Somebody else took the port between our look and the start: the next one, a few times.
      if (port === slackPort + mostTries) throw error;
      log.warn({ err: error, port }, 'the local Slack did not start');
    }
  }
}

/** It runs already: a former main has handed it over. */
async function isKept(guardian: Guardian, name: string): Promise<boolean> {
  const services = await guardian.services();
  return services.some((service) => service.name === name && service.status === 'running');
}
