/** Stands before a local Slack's Web API and answers some calls otherwise: it knows no guests, and no faults. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a call; undefined lets it through to the local Slack. */
export type Otherwise =
  | { readonly status?: number; readonly body?: object; readonly headers?: Record<string, string> }
  | 'hang'
  | 'drop'
  | undefined;

export interface SlackProxy {
  /** For `slackApiUrl`. */
  readonly apiUrl: string;
  /** Decides over every call that follows. */
  otherwise: (method: string, args: URLSearchParams) => Otherwise;
  stop(): Promise<void>;
}

export async function startSlackProxy(behind: string): Promise<SlackProxy> {
  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const method = (request.url ?? '').replace(/^\/api\//, '');
    const answer = proxy.otherwise(method, new URLSearchParams(body.toString()));
    if (answer === 'hang') return;
    if (answer === 'drop') {
      request.socket.destroy();
      return;
    }
    if (answer !== undefined) {
      response.writeHead(answer.status ?? 200, {
        'content-type': 'application/json',
        ...answer.headers,
      });
      response.end(JSON.stringify(answer.body ?? {}));
      return;
    }
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const passed = await fetch(new URL(method, behind), {
      method: request.method ?? 'POST',
      headers: { authorization, 'content-type': type },
      body,
    });
    response.writeHead(passed.status, { 'content-type': 'application/json' });
    response.end(await passed.text());
  }
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const proxy: SlackProxy = {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    otherwise: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}
