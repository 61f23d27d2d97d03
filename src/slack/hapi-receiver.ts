/** Slack's requests over HTTP, as one route of the Hapi server that carries everything else. */
import { invalid } from '../errors.ts';
import { acknowledged } from './acknowledge.ts';
import { verifySignature } from './verify-signature.ts';
import type { Lifecycle, ResponseToolkit, ServerRoute } from '@hapi/hapi';
import type { Receiver, ReceiverEvent } from '@slack/bolt';
import type { Log } from '../log.ts';
import type { InFlight } from './in-flight.ts';

export interface HapiReceiver {
  readonly receiver: Receiver;
  /** `POST /slack/events`: commands, clicks, submits and events alike. */
  readonly route: ServerRoute;
}

/**
 * The response is whatever the listener acknowledges with; its work goes on behind it. Throws
 * Invalid without a signing secret: anybody could speak as Slack. `now` is in seconds.
 */
export function createHapiReceiver({
  signingSecret,
  inFlight,
  log,
  now = () => Date.now() / 1_000,
}: {
  readonly signingSecret: string | null;
  readonly inFlight: InFlight;
  readonly log: Log;
  readonly now?: () => number;
}): HapiReceiver {
  if (signingSecret === null || signingSecret === '') {
    throw invalid(
      'Slack over HTTP needs SLACK_SIGNING_SECRET: without it anybody could give orders. ' +
        'It is in the settings of the Slack app, under Basic Information.',
    );
  }
  let processEvent: ((event: ReceiverEvent) => Promise<void>) | null = null;
  const receive: Lifecycle.Method = async (request, h) => {
    const body = Buffer.isBuffer(request.payload) ? request.payload : Buffer.alloc(0);
    const verdict = verifySignature({
      secret: signingSecret,
      timestamp: one(request.headers['x-slack-request-timestamp']),
      signature: one(request.headers['x-slack-signature']),
      body,
      now: now(),
    });
    if (verdict !== 'ok') {
      log.warn({ verdict, from: request.info.remoteAddress }, 'a request that is not from Slack');
      return h.response('').code(401);
    }
    const parsed = parseBody(body, one(request.headers['content-type']));
    if (parsed === null) return h.response('').code(400);
    if (parsed['ssl_check'] !== undefined) return h.response('').code(200);
    if (parsed['type'] === 'url_verification') {
      return h.response({ challenge: parsed['challenge'] }).code(200);
    }
    // Slack tries events again; a person whose command fails is told so by Slack.
    if (processEvent === null) return h.response('').code(503).header('retry-after', '1');
    const handle = processEvent;
    return await new Promise((resolve) => {
      const event: ReceiverEvent = {
        body: parsed,
        ...retryOf(request.headers),
        ack: async (response) => resolve(answer(h, response)),
      };
      inFlight.track(acknowledged(event, handle, log));
    });
  };
  return {
    receiver: {
      init: (app) => {
        processEvent = (event) => app.processEvent(event);
      },
      start: async () => {},
      stop: async () => {
        processEvent = null;
      },
    },
    route: {
      method: 'POST',
      path: '/slack/events',
      options: {
        auth: false,
        // The signature covers the bytes as they came.
        payload: { parse: false, output: 'data', maxBytes: 1_048_576 },
      },
      handler: receive,
    },
  };
}

const one = (header: unknown): string | undefined =>
  typeof header === 'string' ? header : undefined;

/** Commands and interactions are forms, the latter with JSON in `payload`; events are JSON. */
function parseBody(body: Buffer, contentType = ''): Record<string, unknown> | null {
  const text = body.toString('utf8');
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    const form = Object.fromEntries(new URLSearchParams(text));
    return typeof form['payload'] === 'string' ? parseObject(form['payload']) : form;
  }
  return parseObject(text);
}

function parseObject(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function retryOf(headers: Readonly<Record<string, unknown>>): {
  retryNum?: number;
  retryReason?: string;
} {
  const number = one(headers['x-slack-retry-num']);
  const reason = one(headers['x-slack-retry-reason']);
  return {
    ...(number !== undefined && { retryNum: Number(number) }),
    ...(reason !== undefined && { retryReason: reason }),
  };
}

/** An acknowledgement is nothing, a text, or an object (a message or what a view is to do). */
function answer(h: ResponseToolkit, response: unknown) {
  if (response === undefined || response === null || response === '') {
    return h.response('').code(200);
  }
  const json = typeof response === 'string' ? { text: response } : response;
  return h.response(json).type('application/json').code(200);
}
