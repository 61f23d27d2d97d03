/**
 * Composition root: configuration -> guardian -> database -> Slack, HTTP, threads; and the way back.
 * The order is the point of this file: what is started first is ended last.
 */
import { invalid } from './errors.ts';
import { createHttpServer } from './http/server.ts';
import { createLog, type Log } from './log.ts';
import { embedPostgres, embedSlack, type EmbeddedSlack } from './embedded/embed.ts';
import { printWelcome } from './embedded/welcome.ts';
import { applySamples } from './embedded/samples.ts';
import { localClient } from './embedded/local-client.ts';
import { endWork } from './main/end-work.ts';
import { leaveWork } from './main/leave-work.ts';
import { ownGuardian } from './main/own-guardian.ts';
import { reachedDatabase } from './main/reached-database.ts';
import { readiness } from './main/readiness.ts';
import { rehearsed } from './main/rehearsed.ts';
import { restartable, type StartFlags } from './main/restartable.ts';
import { runUntilOver, type Scope } from './main/run-until-over.ts';
import { startWork } from './main/start-work.ts';
import { engineConfig, publishConfig, type EngineConfig } from './operations/engine-config.ts';
import { engineFacts } from './operations/engine-facts.ts';
import { inTransaction } from './operations/in-transaction.ts';
import { createSlackApp } from './slack/app.ts';
import { migrateLatest, pendingMigrations } from './store/migrate.ts';
import { beginSpreading, endSpreading } from './store/spreading.ts';
import { forgetSlackMessages } from './store/slack-messages.ts';
import { loadTemplates, speak, TemplatesError, type Dialect } from './templates.ts';
import type { Ending } from './main/life.ts';
import type { Config, ExecutionLogger } from './config.ts';
import type { Database } from './store/database.ts';
import type { ThreadPlan, Threads } from './workers/threads.ts';

/** Runs Kuroko until it is asked to end; resolves with the exit code. Throws when it cannot start. */
export async function start(config: Config, how: StartFlags): Promise<number> {
  readWording(config.templates);
  if (how.dryRun) return rehearsed();
  return restartable({
    dataDir: config.dataDir,
    restart: how.leave ? 'by_exit' : 'in_place',
    program: (attended) =>
      runUntilOver(createLog('main'), attended, (scope) => startAll(config, scope)),
  });
}

/** Wording that cannot be used is said before anything is started. */
function readWording(folder: string | null): void {
  try {
    loadTemplates(folder);
  } catch (error) {
    if (!(error instanceof TemplatesError)) throw error;
    throw invalid('The wording of the configuration (templates) cannot be used.', error.problems);
  }
}

async function startAll(config: Config, scope: Scope): Promise<(ending: Ending) => Promise<void>> {
  const { life, log, undo } = scope;
  const guardian = await ownGuardian(config, scope);
  const databaseUrl =
    config.databaseUrl ?? (await embedPostgres(guardian, config.dataDir, log, life.isOver));
  const db = await reachedDatabase(databaseUrl, { max: 8, name: 'kuroko main' }, scope);
  if ((await pendingMigrations(db)).length > 0) await migrateLatest(databaseUrl);
  const sections = Object.entries(config.notifiers);
  const targets = sections.flatMap(([target, section]) => (section === null ? [] : [target]));
  await (targets.length > 0 ? beginSpreading(db, targets) : endSpreading(db));

  const local =
    config.slack.botToken === null ? await embedSlack(guardian, config, log, life.isOver) : null;
  const facts = engineFacts(config);
  if (config.databaseUrl === null) await applySamples(db, config.dataDir, facts);

  if (local?.fresh === true) {
    // It keeps nothing over an end.
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
  const engine = engineConfig(config);
  threads = await startWork(
    {
      kind: 'start',
      host: config.hostname,
      queue: config.queue,
      numWorkers: config.numWorkers,
      configuration: { source: 'own', config: engine },
      more: [
        notifierPlan(slackConfig, db.url, dialect),
        ...loggerPlans(config.executionLogger, db.url),
      ],
    },
    db,
    guardian,
    scope,
  );
  await publish(engine, db, log);
  undo.push(() => slack.stop());
  await slack.start();
  printWelcome({ config, local, trial });
  const working = {
    guardian,
    threads,
    shutdownGrace: config.shutdownGrace,
    stopIntake: () => Promise.all([slack.stop(), http.stop()]),
  };
  return (ending) => (ending.type === 'hand_over' ? leaveWork(working) : endWork(working, log));
}

/** For executors on other hosts. Of several starts with different configurations the last one decides. */
async function publish(engine: EngineConfig, db: Database, log: Log): Promise<void> {
  const changed = await inTransaction(db, (tx) => publishConfig(tx, engine));
  if (changed.length > 0) {
    log.warn({ changed }, 'executors follow this configuration from now on: it is another one');
  }
}

function notifierPlan(config: Config, databaseUrl: string, dialect: Dialect): ThreadPlan {
  return {
    name: 'notifier',
    workerData: {
      databaseUrl,
      slack: { botToken: config.slack.botToken, apiUrl: config.slack.apiUrl },
      baseUrl: config.url,
      defaultChannel: config.slack.defaultChannel,
      dialect,
      templates: config.templates,
      config: engineConfig(config),
      notifiers: config.notifiers,
    },
  };
}

/** A thread of its own, and the SDK of it loaded, only where one is configured. */
function loggerPlans(logger: ExecutionLogger, databaseUrl: string): ThreadPlan[] {
  if (logger.type === 'Void') return [];
  const { groupName } = logger;
  const region = logger.region ?? process.env['AWS_REGION'] ?? 'ap-northeast-1';
  return [{ name: 'logger', workerData: { databaseUrl, groupName, region } }];
}

function withLocalSlack(config: Config, local: EmbeddedSlack | null): Config {
  if (local === null) return config;
  const { botToken, appToken, signingSecret, apiUrl } = local;
  // Somebody who tries it sees what the command line and the API launch, too.
  const defaultChannel = config.slack.defaultChannel ?? '#general';
  const slack = { ...config.slack, botToken, appToken, signingSecret, apiUrl, defaultChannel };
  return { ...config, slack };
}
