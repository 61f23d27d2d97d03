/** How Slack's payloads come to us: over a socket that we open, or as requests to our server. */
import { SocketModeReceiver, type Receiver, type webApi } from '@slack/bolt';
import { invalid } from '../errors.ts';
import { boltLog } from './bolt-log.ts';
import { guardedReceiver } from './guarded-receiver.ts';
import { createHapiReceiver } from './hapi-receiver.ts';
import { stayConnected, type SocketConnection } from './stay-connected.ts';
import { slackRefusal } from './web-client.ts';
import type { ServerRoute } from '@hapi/hapi';
import type { SlackConfig } from '../config.ts';
import type { Log } from '../log.ts';
import type { InFlight } from './in-flight.ts';

export interface Line {
  readonly receiver: Receiver;
  readonly routes: readonly ServerRoute[];
  /** Resolves once payloads can come. */
  connect(signal: AbortSignal): Promise<void>;
  isOpen(): boolean;
  close(): Promise<void>;
}

/** With an app token Socket Mode, else HTTP, which throws Invalid without a signing secret. */
export function openLine(
  { appToken, signingSecret }: SlackConfig,
  clientOptions: webApi.WebClientOptions,
  inFlight: InFlight,
  log: Log,
): Line {
  return appToken === null
    ? httpLine(signingSecret, inFlight, log)
    : socketLine(appToken, clientOptions, inFlight, log);
}

function httpLine(signingSecret: string | null, inFlight: InFlight, log: Log): Line {
  const { receiver, route } = createHapiReceiver({ signingSecret, inFlight, log });
  return {
    receiver,
    routes: [route],
    connect: async () => {},
    isOpen: () => true,
    close: async () => {
      await receiver.stop();
    },
  };
}

function socketLine(
  appToken: string,
  clientOptions: webApi.WebClientOptions,
  inFlight: InFlight,
  log: Log,
): Line {
  const receiver = new SocketModeReceiver({
    appToken,
    logger: boltLog(log),
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: { ...clientOptions } },
  });
  let connection: SocketConnection | undefined;
  return {
    receiver: guardedReceiver(receiver, inFlight, log),
    routes: [],
    async connect(signal) {
      if (signal.aborted) return;
      connection = stayConnected(receiver.client, log);
      try {
        await connection.connected;
      } catch (error) {
        const refusal = slackRefusal(error);
        if (refusal === null) throw error;
        throw invalid(`Slack refuses SLACK_APP_TOKEN (${refusal}). Make a new one.`);
      }
    },
    isOpen: () => connection?.isConnected() ?? false,
    close: async () => {
      await connection?.stop();
    },
  };
}
