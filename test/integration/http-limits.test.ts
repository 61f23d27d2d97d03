import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, startApiServer, type ApiServer } from '../support/api-server.ts';
import { until } from '../support/until.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer({
    apiClients: [
      { name: 'test_client_name', key: 'secret_key' },
      { name: 'b', key: 'key_of_b' },
    ],
    apiRate: { perSecond: 0.01, burst: 20 },
    limits: { headerBytes: 4_096, headersMs: 500, bodyMs: 500, idleMs: 5_000, connections: 50 },
  });
});
afterAll(() => api.stop());

const ask = (authorization: string) =>
  fetch(`${api.url}/v1/definitions`, { headers: { authorization } });
const other = () => basic('b', 'key_of_b');

/** What the server says to bytes that are sent as they are, until it closes the connection. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(api.port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.on('close', () => resolve(text)).on('error', reject);
  });
}
const head = (more: readonly string[]): string =>
  [
    'POST /v1/definitions HTTP/1.1',
    'Host: localhost',
    `Authorization: ${other()}`,
    'Content-Type: application/json',
    ...more,
    '',
    '',
  ].join('\r\n');
const bodyOf = (answer: string) => JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as object;

describe('a key that is used too often', () => {
  it('is a 429 that says when to come again, and no other key feels it', async () => {
    const answers: Response[] = [];
    for (let count = 0; count < 25; count += 1) answers.push(await ask(api.authorization));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    const refused = answers.at(-1);
    expect(refused?.status).toBe(429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(await refused?.json()).toEqual({
      status_code: 429,
      error_code: 'too_many_requests',
      message: 'This key is used too often. Come back a little later.',
    });
    expect((await ask(other())).status).toBe(200);
    // Who guesses keys is told nothing else than before.
    expect((await ask(basic('test_client_name', 'guess'))).status).toBe(401);
  });
});

describe('whoever is slow, or sends too much, is answered and let go', () => {
  it('headers that are too large', async () => {
    const answer = await raw(head([`X-Large: ${'x'.repeat(5_000)}`, 'Content-Length: 0']));
    expect(answer).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    expect(bodyOf(answer)).toMatchObject({
      status_code: 431,
      error_code: 'request_header_fields_too_large',
    });
  });

  it('headers that do not end', async () => {
    const answer = await raw('GET / HTTP/1.1\r\nHost: localhost\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(bodyOf(answer)).toMatchObject({ status_code: 408, error_code: 'request_timeout' });
  });

  it('a body that does not end', async () => {
    const answer = await raw(`${head(['Content-Length: 100'])}{"name":`);
    expect(answer).toMatch(/^HTTP\/1\.1 (408|400) /);
    expect(bodyOf(answer)).toMatchObject({ message: expect.stringMatching(/took too long/) });
  });

  it('an answer that is not taken', async () => {
    const limits = {
      headerBytes: 4_096,
      headersMs: 200,
      bodyMs: 200,
      idleMs: 1_000,
      connections: 5,
    };
    const server = await startApiServer({ limits });
    try {
      // More than fits between the two.
      const description = 'x'.repeat(9_000_000);
      for (const name of ['one', 'two', 'three']) await server.save({ name, description });
      const socket = connect(server.port, '127.0.0.1').pause();
      await once(socket, 'connect');
      const closed = new Promise((resolve) => socket.once('error', resolve).once('close', resolve));
      const authorization = `Authorization: ${server.authorization}`;
      socket.write(`GET /v1/definitions HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\n\r\n`);
      expect(isOpen(server.port, socket.localPort)).toBe(true);
      const givenUp = () => !isOpen(server.port, socket.localPort);
      await until('the server to give the connection up', givenUp, 30_000);
      socket.resume();
      await closed;
      expect(socket.bytesRead).toBeLessThan(27_000_000);
    } finally {
      await server.stop();
    }
  });

  it('a body that is too large, by its length and by its bytes', async () => {
    const send = (body: string | ReadableStream, more: object = {}) =>
      fetch(`${api.url}/v1/definitions`, {
        method: 'POST',
        headers: { authorization: other(), 'content-type': 'application/json' },
        body,
        ...more,
      });
    const large = await send('x'.repeat(1_048_577));
    expect([large.status, await large.json()]).toMatchObject([
      413,
      { error_code: 'payload_too_large', message: 'The body is too large.' },
    ]);
    const chunks = ReadableStream.from(Array.from({ length: 17 }, () => Buffer.alloc(65_536, 'x')));
    // Hapi does not wait for the rest of it: the answer may be lost with the connection.
    const status = await send(chunks, { duplex: 'half' }).then(
      (answer) => answer.status,
      () => 'reset',
    );
    expect([413, 'reset']).toContain(status);
    expect((await ask(other())).status).toBe(200);
  });

  it('no HTTP at all', async () => {
    expect(await raw('\0\0\0\0 hello \r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('and others are answered meanwhile', async () => {
    const slow = Array.from({ length: 20 }, () => raw('GET / HTTP/1.1\r\nHost: localhost\r\n'));
    expect((await ask(other())).status).toBe(200);
    await Promise.all(slow);
  });
});

describe('the log', () => {
  it('has neither keys nor the values of requests', async () => {
    await api.save({});
    await api.db.query('alter table definitions rename to hidden');
    const response = await fetch(`${api.url}/v1/definitions`, {
      method: 'POST',
      headers: { authorization: other(), 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'x',
        script: 'env: A_TOKEN=hunter2hunter2',
        admins: ['alice@example.com'],
      }),
    });
    await api.db.query('alter table hidden rename to definitions');
    expect(response.status).toBe(500);
    expect(api.logged.join('')).toContain('a request failed');
    for (const secret of ['key_of_b', 'secret_key', 'hunter2', other().slice(6)]) {
      expect(api.logged.join('') + (await response.clone().text())).not.toContain(secret);
    }
  });
});

/** Whether the server's side of a connection is, as the system sees it. */
function isOpen(serverPort: number, clientPort = 0): boolean {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  const pair = new RegExp(`0100007F:${hex(serverPort)} \\w*0100007F:${hex(clientPort)} 01 `);
  return ['tcp', 'tcp6'].some((net) => pair.test(readFileSync(`/proc/net/${net}`, 'latin1')));
}
