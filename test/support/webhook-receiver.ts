// A receiver of webhooks on loopback: it keeps what came and looks at every signature; it gets into trouble on demand.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { server as createServer } from '@hapi/hapi';

export interface Received {
  readonly path: string;
  readonly key: string;
  /** As it came, byte for byte. */
  readonly body: string;
  readonly json: WebhookBody;
  readonly headers: IncomingHttpHeaders;
  /** What it was answered with; null: it was not. */
  readonly status: number | null;
}

export interface WebhookBody {
  readonly action: string;
  readonly level: string;
  readonly subject: string;
  readonly message: string | null;
  readonly job_instance: Readonly<Record<string, string | number | null>>;
  readonly job_definition: Readonly<Record<string, string | number>>;
}

/** `cut`: the connection, before an answer; `wait`: no answer until the receiver is stopped. */
export type Answer =
  | { readonly status: number; readonly location?: string; readonly text?: string }
  | 'cut'
  | 'wait';

export interface WebhookReceiver {
  readonly port: number;
  /** The address of a path. */
  readonly url: (path: string) => string;
  readonly received: readonly Received[];
  /** Of a path, in the order in which they came. */
  readonly at: (path: string) => readonly Received[];
  /** The next requests of a path are answered so, one after the other; those after them with 200. */
  readonly answers: (path: string, ...answers: readonly Answer[]) => void;
  readonly stop: () => Promise<void>;
}

/** Throws away nothing: a request whose signature is wrong is answered with 401, and kept. */
export async function startWebhookReceiver(secret: string): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const planned = new Map<string, Answer[]>();
  const waiting = new Set<() => void>();
  const server = createServer({ port: 0, host: '127.0.0.1', debug: false });
  server.route({
    method: '*',
    path: '/{path*}',
    options: { payload: { parse: false, output: 'data' } },
    handler: async (request, h) => {
      const body = (request.payload as Buffer | null)?.toString('utf8') ?? '';
      const { headers } = request.raw.req;
      const signed = isSigned(body, String(headers['x-kuroko2-signature']), secret);
      const answer: Answer = signed
        ? (planned.get(request.path)?.shift() ?? fine)
        : { status: 401 };
      const status = typeof answer === 'string' ? null : answer.status;
      received.push({
        path: request.path,
        key: String(headers['x-kuroko2-id']),
        body,
        json: JSON.parse(body) as WebhookBody,
        headers,
        status,
      });
      if (answer === 'cut') {
        request.raw.req.socket.destroy();
        return h.abandon;
      }
      if (answer === 'wait') {
        await new Promise<void>((resolve) => waiting.add(resolve));
        return h.abandon;
      }
      const response = h.response(answer.text ?? 'thanks').code(answer.status);
      return answer.location === undefined ? response : response.location(answer.location);
    },
  });
  await server.start();
  const port = Number(server.info.port);
  return {
    port,
    received,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    at: (path) => received.filter((one) => one.path === path),
    answers: (path, ...answers) => planned.set(path, [...answers]),
    async stop() {
      for (const resolve of waiting) resolve();
      await server.stop({ timeout: 0 });
    },
  };
}

const fine: Answer = { status: 200 };

function isSigned(body: string, given: string, secret: string): boolean {
  const hex = createHmac('sha256', secret).update(body).digest('hex');
  const wanted = Buffer.from(`sha256=${hex}`);
  const is = Buffer.from(given);
  return is.length === wanted.length && timingSafeEqual(is, wanted);
}
