/** The bare HTTP server under Hapi's: what it does about whoever is slow, or sends too much, before there is a request. */
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Limits {
  /** Bytes of all headers of a request. */
  readonly headerBytes: number;
  /** Until the headers of a request are there. */
  readonly headersMs: number;
  /** Until its body is there. */
  readonly bodyMs: number;
  /** While nothing moves, such as the answer to somebody who takes none of it. */
  readonly idleMs: number;
  /** Connections at a time. */
  readonly connections: number;
}

export const usualLimits: Limits = {
  headerBytes: 16_384,
  headersMs: 10_000,
  bodyMs: 10_000,
  idleMs: 60_000,
  connections: 2_000,
};

export function createListener({ headerBytes, headersMs, bodyMs, connections }: Limits): Server {
  const listener = createServer({
    maxHeaderSize: headerBytes,
    headersTimeout: headersMs,
    // Of what is sent once nobody reads it any more, because it was refused.
    requestTimeout: headersMs + 2 * bodyMs,
    connectionsCheckingInterval: Math.min(1_000, headersMs),
  });
  listener.maxConnections = connections;
  return listener;
}

/** Once Hapi listens for errors as well: those that there is no request for are answered in our words. */
export function answerEarlyErrors(listener: Server): void {
  const busy = new WeakSet<Duplex>();
  listener.on('request', ({ socket }, response) => {
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
  });
  const others = listener.listeners('clientError') as ((error: Error, socket: Duplex) => void)[];
  listener.removeAllListeners('clientError');
  listener.on('clientError', (error: Error & { code?: string }, socket) => {
    const answer = answers[error.code ?? ''];
    if (answer === undefined || busy.has(socket)) {
      for (const other of others) other(error, socket);
    } else if (socket.writable) {
      socket.end(answer);
    }
  });
}

const answers: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: written(
    431,
    'Request Header Fields Too Large',
    'The headers of the request are too large.',
  ),
  ERR_HTTP_REQUEST_TIMEOUT: written(408, 'Request Timeout', 'The request took too long to arrive.'),
};

function written(status: number, name: string, message: string): string {
  const code = name.toLowerCase().replaceAll(' ', '_');
  const body = JSON.stringify({ status_code: status, error_code: code, message });
  return [
    `HTTP/1.1 ${status} ${name}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
