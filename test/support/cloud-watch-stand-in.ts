// A small CloudWatch Logs of our own on loopback: three calls, with the limits and the troubles of the real one.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { batchLimits } from '../../src/notifiers/log-batches.ts';

export interface StandInEvent {
  readonly timestamp: number;
  readonly message: string;
}

export type CloudWatchTrouble = 'throttled' | 'status 500' | 'dropped' | 'denied';

export interface CloudWatchStandIn {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** By `group stream`, in the order in which they came. */
  readonly streams: ReadonlyMap<string, readonly StandInEvent[]>;
  readonly batches: readonly number[];
  /** Whatever the real one would have refused. */
  readonly complaints: readonly string[];
  /** What calls get into, until it is null again. */
  trouble: CloudWatchTrouble | null;
  /** Calls that got into trouble. */
  readonly troubled: () => number;
  stop(): Promise<void>;
}

export async function startCloudWatchStandIn(): Promise<CloudWatchStandIn> {
  const groups = new Set<string>();
  const streams = new Map<string, StandInEvent[]>();
  const batches: number[] = [];
  const complaints: string[] = [];
  let troubled = 0;

  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Input;
    const call = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const { trouble } = standIn;
    if (trouble !== null) {
      troubled += 1;
      if (trouble === 'dropped') return void request.socket.destroy();
      const [status, error] = troubles[trouble];
      return answer(response, status, error);
    }
    if (request.headers.authorization?.includes('Credential=AKIATEST/') !== true) {
      return answer(response, 403, 'UnrecognizedClientException');
    }
    const refusal = take(call, body);
    return refusal === null ? answer(response, 200, {}) : answer(response, 400, refusal);
  }

  function take(call: string, { logGroupName: group, logStreamName, logEvents }: Input) {
    const stream = `${group} ${logStreamName}`;
    switch (call) {
      case 'CreateLogGroup':
        if (groups.has(group)) return 'ResourceAlreadyExistsException';
        groups.add(group);
        return null;
      case 'CreateLogStream':
        if (!groups.has(group)) return 'ResourceNotFoundException';
        if (streams.has(stream)) return 'ResourceAlreadyExistsException';
        if (/[:*]/.test(logStreamName)) complaints.push(`a stream cannot be called ${stream}`);
        streams.set(stream, []);
        return null;
      case 'PutLogEvents': {
        const there = streams.get(stream);
        if (there === undefined) return 'ResourceNotFoundException';
        const found = wrongWith(logEvents);
        complaints.push(...found);
        if (found.length > 0) return 'InvalidParameterException';
        there.push(...logEvents);
        batches.push(logEvents.length);
        return null;
      }
      default:
        return 'UnknownOperationException';
    }
  }

  const standIn: CloudWatchStandIn = {
    url: `http://127.0.0.1:${port}`,
    streams,
    batches,
    complaints,
    trouble: null,
    troubled: () => troubled,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return standIn;
}

interface Input {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly logEvents: readonly StandInEvent[];
}

const troubles = {
  throttled: [400, 'ThrottlingException'],
  'status 500': [500, 'InternalFailure'],
  denied: [400, 'AccessDeniedException'],
} as const;

const largestEvent = 262_144;

function wrongWith(events: readonly StandInEvent[]): string[] {
  const found: string[] = [];
  const sizes = events.map(({ message }) => Buffer.byteLength(message) + batchLimits.overhead);
  const times = events.map(({ timestamp }) => timestamp);
  if (events.length === 0) found.push('a batch without an event');
  if (events.length > batchLimits.events) found.push(`${events.length} events in a batch`);
  if (sum(sizes) > batchLimits.bytes) found.push(`${sum(sizes)} bytes in a batch`);
  if (sizes.some((size) => size > largestEvent)) found.push('an event of more than 256 KB');
  if (events.some(({ message }) => message === '')) found.push('an empty event');
  if (times.some((time, index) => time < (times[index - 1] ?? 0))) found.push('not in order');
  if ((times.at(-1) ?? 0) - (times[0] ?? 0) > batchLimits.spanMs) found.push('more than a day');
  if (times.some((time) => Math.abs(time - Date.now()) > 2 * 3_600_000)) found.push('a wrong time');
  return found;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function answer(response: ServerResponse, status: number, body: string | object): void {
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  const sent = typeof body === 'string' ? { __type: body, message: body } : body;
  response.writeHead(status, headers).end(JSON.stringify(sent));
}
