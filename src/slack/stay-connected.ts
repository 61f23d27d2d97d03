/** Holds a Socket Mode connection, and opens another whenever it ends. */
import { setTimeout as pause } from 'node:timers/promises';
import { waitBeforeTry } from './backoff.ts';
import { slackRefusal, tokenRefusals } from './web-client.ts';
import type { SocketModeReceiver } from '@slack/bolt';
import type { Log } from '../log.ts';

type SocketModeClient = SocketModeReceiver['client'];

/** From the request for an address to Slack's `hello`. */
const connectDeadline = 30_000;

export interface SocketConnection {
  /** Resolves once connected for the first time, or stopped; rejects when Slack refuses the token. */
  readonly connected: Promise<void>;
  /** Slack's payloads reach us now. */
  isConnected(): boolean;
  /** May be called at any time, and twice. */
  stop(): Promise<void>;
}

/**
 * The client's own reconnecting waits 5 s even after Slack's routine `disconnect`, gives up for
 * good on a refused connection, and then rejects a promise that nobody holds, which ends the
 * process: so it is switched off (`autoReconnectEnabled: false`) and done here.
 */
export function stayConnected(client: SocketModeClient, log: Log): SocketConnection {
  const stopping = new AbortController();
  let connected = false;
  let first: (refused?: unknown) => void = () => {};
  const firstConnection = new Promise<void>((resolve, reject) => {
    first = (refused) => (refused === undefined ? resolve() : reject(refused));
  });
  async function connectForEver(): Promise<void> {
    let failures = 0;
    let ever = false;
    while (await waitBeforeTry(failures, stopping.signal)) {
      const since = performance.now();
      try {
        await connect(client);
        connected = true;
        ever = true;
        log.info('connected to Slack');
        first();
        await ended(client);
        // A connection that ends as soon as it began is a failure too: do not hammer.
        failures = performance.now() - since < 2_000 ? failures + 1 : 0;
      } catch (error) {
        failures += 1;
        const refusal = slackRefusal(error);
        if (!ever && refusal !== null && tokenRefusals.has(refusal)) return first(error);
        log.warn({ err: error, failures }, 'no connection to Slack');
      } finally {
        connected = false;
      }
    }
    first();
  }
  const over = connectForEver();
  return {
    connected: firstConnection,
    isConnected: () => connected,
    async stop() {
      stopping.abort();
      await Promise.race([client.disconnect(), pause(2_000, undefined, { ref: false })]);
      await Promise.race([over, pause(1_000, undefined, { ref: false })]);
    },
  };
}

async function connect(client: SocketModeClient): Promise<void> {
  const late = new AbortController();
  try {
    await Promise.race([
      client.start(),
      pause(connectDeadline, undefined, { signal: late.signal }).then(() => {
        throw new Error(`no hello from Slack within ${connectDeadline / 1_000} s`);
      }),
    ]);
  } catch (error) {
    void client.disconnect();
    // It rejects with nothing when the connection ended before Slack's hello.
    throw error instanceof Error ? error : new Error('the connection was refused');
  } finally {
    late.abort();
  }
}

function ended(client: SocketModeClient): Promise<void> {
  return new Promise((resolve) => {
    client.once('disconnected', () => resolve());
  });
}
