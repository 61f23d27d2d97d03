// Answers as the API of Kuroko2 0.8.0 does: its fields, its errors, its Basic authentication.

import { server as createServer, type Lifecycle } from '@hapi/hapi';
import { onTestFinished } from 'vitest';

/** As `GET /v1/definitions` lists it. */
export interface ToldDefinition {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly script: string;
  readonly tags: readonly string[];
  readonly cron?: readonly string[];
  readonly notify_cancellation?: boolean;
  readonly suspended?: boolean;
  readonly prevent_multi?: number;
  readonly slack_channel?: string;
  readonly user_id?: readonly number[];
}

export const told = (id: number, more: Partial<ToldDefinition> = {}): ToldDefinition => ({
  id,
  name: `job ${id}`,
  description: 'This is description for the job definition.',
  script: 'noop:\r\n',
  tags: [],
  cron: [],
  notify_cancellation: true,
  suspended: false,
  prevent_multi: 1,
  slack_channel: '',
  user_id: [1],
  ...more,
});

export interface Kuroko2StandIn {
  readonly url: string;
  readonly client: string;
  /** What it tells from now on. */
  tell(definitions: readonly ToldDefinition[]): void;
}

/** On a port of loopback, until the test is over. `list` answers in place of the real list; with `tls` over HTTPS. */
export async function startKuroko2(
  definitions: readonly ToldDefinition[],
  list?: Lifecycle.Method,
  tls?: { readonly key: Buffer; readonly cert: Buffer },
): Promise<Kuroko2StandIn> {
  const client = 'test_client_name:secret_key';
  const expected = `Basic ${Buffer.from(client).toString('base64')}`;
  let now = definitions;
  const server = createServer({
    host: '127.0.0.1',
    port: 0,
    ...(tls !== undefined && { tls }),
  });
  server.route({
    method: 'GET',
    path: '/{mount*}',
    handler: (request, h, ...rest) => {
      const path = request.path.replace(/^\/mounted/, '');
      if (path !== '/v1/definitions') return h.response('<html>404</html>').code(404);
      if (list !== undefined) return list.call(null, request, h, ...rest);
      if (request.headers['authorization'] === expected) return h.response([...now]);
      const error = { status_code: 401, error_code: 'unauthorized', message: 'Http::Unauthorized' };
      return h.response(error).code(401);
    },
  });
  await server.start();
  onTestFinished(() => server.stop({ timeout: 0 }));
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${server.info.port}`,
    client,
    tell: (next) => {
      now = next;
    },
  };
}
