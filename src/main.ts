/**
 * Composition root: configuration -> guardian -> database -> Slack, HTTP, threads; and the way back.
 * The order is the point of this file: what is started first is ended last.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { invalid } from './errors.ts';
import { createHttpServer } from './http/server.ts';
import { createLog, type Log } from './log.ts';
import { embedPostgres, embedSlack, type EmbeddedSlack } from './embedded/embed.ts';
import { printWelcome } from './embedded/welcome.ts';
import { applySamples } from './embedded/samples.ts';
import { localClient } from './embedded/local-client.ts';
import { engineFacts } from './operations/engine-facts.ts';
import { inTransaction } from './operations/in-transaction.ts';
import { takePlace } from './operations/register-executor.ts';
import { GuardianError } from './processes/guardian-error.ts';
import { startGuardian } from './processes/start-guardian.ts';
import { createSlackApp } from './slack/app.ts';
import { openDatabase, type Database } from './store/database.ts';
import { leavePlace } from './store/executors.ts';
import { migrateLatest } from './store/migrate.ts';
import { forgetSlackMessages } from './store/slack-messages.ts';
import { reachDatabase } from './store/reach-database.ts';
import { startThreads, type Threads } from './workers/threads.ts';
import { createLife, type Life } from './main/life.ts';
import { readiness } from './main/readiness.ts';
import { loadTemplates, speak, type Dialect } from './templates.ts';
import type { Config } from './config.ts';
import type { Guardian } from './processes/guardian.ts';

/** Commands are killed so long after TERM when the program ends, to be gone within ten seconds. */
const endGraceMs = 7_000;
const databasePatienceMs = 30_000;

/** Runs Kuroko until it is asked to end; resolves with the exit code. Throws when it cannot start. */
export async function start(config: Config): Promise<number> {
  readWording(config.templates);
  const log = createLog('main');
  const undo: (() => Promise<void>)[] = [];
  const life = createLife();
  try {
    // Asked to end while it starts, it does not start to the end: what it has begun is undone.
    const running = await Promise.race([startAll(config, log, life, undo), life.over]);
    const { code, reason } = await life.over;
    log.info({ reason }, 'ending');
    if ('threads' in running) await end(running, config, log);
    return code;
  } catch (error) {
    life.finish(1, 'start failed');
    throw plainly(error);
  } finally {
    for (const step of undo.toReversed()) {
      await step().catch((error: unknown) => log.error({ err: error }, 'an end failed'));
    }
    life.forget();
  }
}

/** Wording that cannot be used is said before anything is started. */
function readWording(folder: string | null): void {
  try {
    loadTemplates(folder);
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

interface Running {
  readonly guardian: Guardian;
  readonly threads: Threads;
  readonly stopIntake: () => Promise<unknown>;
}

/** Whatever is started adds how it is ended to `undo`, also when a later start fails. */
async function startAll(
  config: Config,
  log: Log,
  life: Life,
  undo: (() => Promise<void>)[],
): Promise<Running> {
  const guardian = await startGuardian({
    dataDir: config.dataDir,
    graceMs: config.killGrace * 1_000,
    onWait: (message) => process.stdout.write(`${message}\n`),
  });
  undo.push(() => endGuardian(guardian, config, life));
  guardian.onClose(() => life.finish(1, 'the guardian is gone'));

  const databaseUrl =
    config.databaseUrl ?? (await embedPostgres(guardian, config.dataDir, log, life.isOver));
  const db = openDatabase(databaseUrl, { max: 8, name: 'kuroko main' });
  undo.push(() => db.close());
  await reachDatabase(db, databasePatienceMs, (line) => process.stdout.write(`${line}\n`));
  await migrateLatest(databaseUrl);

  const local =
    config.slack.botToken === null ? await embedSlack(guardian, config, log, life.isOver) : null;
  const facts = engineFacts(config);
  if (config.databaseUrl === null) await applySamples(db, config.dataDir, facts);

  if (local !== null) {
    // It keeps nothing over a restart.
    const channels = local.channels.map(({ id }) => id);
    await inTransaction(db, (tx) => forgetSlackMessages(tx, channels));
  }

  const slackConfig = withLocalSlack(config, local);
  const dialect = local === null ? 'slack' : 'local';
  speak(dialect);
  const slack = createSlackApp({ config: slackConfig, db, facts, log: createLog('slack') });
  const trial =
    local !== null && config.apiClients.length === 0 ? localClient(config.dataDir) : null;
  let threads: Threads | null = null;
  const http = createHttpServer({
    config: { ...config, apiClients: trial === null ? config.apiClients : [trial] },
    db,
    facts,
    log: createLog('http'),
    readiness: () => readiness(db, guardian, threads),
    extraRoutes: slack.routes,
  });
  // Before the work: a port in use is the likeliest reason not to start at all.
  await http.start();
  undo.push(() => http.stop());
  threads = await startWork({ ...slackConfig, dialect }, db, guardian, log, life, undo);
  undo.push(() => slack.stop());
  await slack.start();
  printWelcome({ config, local, trial });
  return { guardian, threads, stopIntake: () => Promise.all([slack.stop(), http.stop()]) };
}

async function startWork(
  config: Config & { readonly dialect: Dialect },
  db: Database,
  guardian: Guardian,
  log: Log,
  life: Life,
  undo: (() => Promise<void>)[],
): Promise<Threads> {
  const { hostname: host, queue, timeZone, outputCap, dialect } = config;
  const place = { host, queue, epoch: guardian.epoch, bootId: guardian.bootId, pid: process.pid };
  const { executorId, workers, retired } = await takePlace(
    db,
    place,
    config.numWorkers,
    // A former guardian of this folder: it has said so itself, or was found ended.
    async (epoch) => (await guardian.lastWords(0, epoch)) !== null,
  );
  undo.push(() => leavePlace(db, executorId, guardian.epoch));
  const killGraceMs = config.killGrace * 1_000;
  const common = { databaseUrl: db.url, guardianSocket: guardian.socketPath, executorId };
  const threads = await startThreads(
    [
      { name: 'keeper', workerData: { ...common, killGraceMs } },
      {
        name: 'executor',
        workerData: {
          ...common,
          workerIds: workers.map(({ id }) => id),
          retiredIds: retired.map(({ id }) => id),
          host,
          queue,
          timeZone,
          outputCap,
          killGraceMs,
        },
      },
      {
        name: 'notifier',
        workerData: {
          databaseUrl: db.url,
          slack: { botToken: config.slack.botToken, apiUrl: config.slack.apiUrl },
          baseUrl: config.url,
          defaultChannel: config.slack.defaultChannel,
          dialect,
          templates: config.templates,
        },
      },
    ],
    log,
    (reason) => life.finish(1, reason),
  );
  undo.push(() => threads.stop(1_000));
  return threads;
}

/** Stop taking, TERM to commands at once (or after their time), KILL, and only then the rest. */
async function end(
  { guardian, threads, stopIntake }: Running,
  config: Config,
  log: Log,
): Promise<void> {
  const graceMs = config.shutdownGrace * 1_000;
  const drained = threads.stop(graceMs + endGraceMs + 1_000, ['executor']);
  await Promise.race([stopIntake(), sleep(1_000)]);
  await Promise.race([drained, sleep(graceMs)]);
  const left = await guardian.stopAll(endGraceMs).catch(() => []);
  if (left.length > 0) log.error({ executions: left }, 'processes could not be ended');
  await drained;
  await threads.stop(1_500, ['notifier', 'keeper']);
}

async function endGuardian(guardian: Guardian, config: Config, life: Life): Promise<void> {
  if (!life.guardianGone) return guardian.end(0);
  // It died and left commands and servers behind: the next one ends them as it starts.
  const next = await startGuardian({ dataDir: config.dataDir, graceMs: 0 });
  await next.end(0);
}

function withLocalSlack(config: Config, local: EmbeddedSlack | null): Config {
  if (local === null) return config;
  const { botToken, appToken, signingSecret, apiUrl } = local;
  // Somebody who tries it sees what the command line and the API launch, too.
  const defaultChannel = config.slack.defaultChannel ?? '#general';
  const slack = { ...config.slack, botToken, appToken, signingSecret, apiUrl, defaultChannel };
  return { ...config, slack };
}

const cannotUseFolder = new Set(['EACCES', 'ENOTDIR', 'EROFS', 'EEXIST', 'ENOSPC', 'EPERM']);

function plainly(error: unknown): unknown {
  const { code, path: at } = error as { code?: string; path?: string };
  if (code !== undefined && cannotUseFolder.has(code) && at !== undefined) {
    return invalid(
      `The data folder cannot be used: ${at} (${code}). Set KUROKO_DATA_DIR to another.`,
    );
  }
  return error instanceof GuardianError && error.reason === 'taken'
    ? invalid(error.message)
    : error;
}
