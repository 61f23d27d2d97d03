/** The Slack shell: Bolt over Socket Mode or over HTTP, started and stopped as one. */
import { setTimeout as pause } from 'node:timers/promises';
import { App, webApi } from '@slack/bolt';
import { invalid } from '../errors.ts';
import { boltLog } from './bolt-log.ts';
import { createIdentify } from './identity.ts';
import { createInFlight } from './in-flight.ts';
import { introduce } from './introduce.ts';
import { openLine } from './line.ts';
import { registerListeners } from './register.ts';
import { watchRestarts } from './watch-restarts.ts';
import { promptClientOptions } from './web-client.ts';
import type { ServerRoute } from '@hapi/hapi';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';

export interface SlackApp {
  /** For the server that carries everything: one in HTTP mode, none in Socket Mode. */
  readonly routes: readonly ServerRoute[];
  /**
   * Resolves when Slack's payloads reach us; after 10 s also without, and goes on trying behind
   * it. Throws Invalid when Slack refuses a token.
   */
  start(): Promise<void>;
  /** Takes nothing new, then waits up to 5 s for what is under way. May be called twice. */
  stop(): Promise<void>;
  /** Whether Slack's payloads reach us now. */
  isUp(): boolean;
}

const startPatience = 10_000;
const stopPatience = 5_000;

/**
 * With an app token: Socket Mode; else HTTP. `config.slack.apiUrl` is another Slack than the
 * public one. Throws Invalid when neither way is configured.
 */
export function createSlackApp({
  config,
  db,
  facts,
  log,
}: {
  readonly config: Config;
  readonly db: Database;
  readonly facts: EngineFacts;
  readonly log: Log;
}): SlackApp {
  const { botToken, apiUrl } = config.slack;
  if (botToken === null) throw invalid('SLACK_BOT_TOKEN is missing.');
  const logger = boltLog(log);
  const clientOptions = promptClientOptions(apiUrl, logger);
  const client = new webApi.WebClient(botToken, clientOptions);
  const inFlight = createInFlight();
  const line = openLine(config.slack, clientOptions, inFlight, log);
  const restarts = watchRestarts({ db, client, log });
  const stopping = new AbortController();
  let listening = false;

  async function connect(): Promise<void> {
    const own = await introduce(client, log, stopping.signal);
    if (own === null || stopping.signal.aborted) return;
    const app = new App({
      receiver: line.receiver,
      token: botToken ?? '',
      botId: own.botId,
      botUserId: own.botUserId,
      // Done by `introduce`, which tries again.
      tokenVerificationEnabled: false,
      convoStore: false,
      extendedErrorHandler: true,
      logger,
      clientOptions,
    });
    const identify = createIdentify({ client, own, log });
    registerListeners(app, { config, db, facts, log, client, identify, own, restarts });
    await line.connect(stopping.signal);
    listening = !stopping.signal.aborted;
    restarts.look();
  }
  let connecting: Promise<void> | undefined;
  return {
    routes: line.routes,
    async start() {
      connecting ??= connect();
      // Whoever waited is told below; a refusal that comes later is at least in the log.
      connecting.catch((error: unknown) => log.error({ err: error }, 'Slack is out of reach'));
      const patience = pause(startPatience, undefined, { signal: stopping.signal, ref: false });
      await Promise.race([connecting, patience.catch(() => {})]);
    },
    async stop() {
      stopping.abort();
      listening = false;
      restarts.stop();
      await line.close();
      const left = await inFlight.drained(stopPatience);
      if (left > 0) log.warn({ left }, 'what Slack asked for was not finished');
    },
    isUp: () => listening && line.isOpen(),
  };
}
