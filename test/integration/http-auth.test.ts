import type { ServerRoute } from '@hapi/hapi';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../src/http/server.ts';
import { basic, client, startApiServer, type ApiServer } from '../support/api-server.ts';
import { facts } from '../support/operations.ts';

let api: ApiServer;
let routes: (readonly [method: string, path: string])[];
beforeAll(async () => {
  api = await startApiServer({ apiClients: [client, { name: 'b', key: 'a:ü key' }] });
  const { id } = await api.save({});
  const launched = await fetch(`${api.url}/v1/definitions/${id}/instances`, {
    method: 'POST',
    headers: { authorization: api.authorization },
  });
  const { id: instance } = (await launched.json()) as { id: number };
  routes = [
    ['POST', `/v1/definitions/${id}/instances`],
    ['GET', `/v1/definitions/${id}/instances/${instance}`],
    ['HEAD', `/v1/definitions/${id}/instances/${instance}`],
    ['GET', '/'],
    ['GET', '/definitions'],
    ['GET', `/definitions/${id}`],
    ['GET', `/definitions/${id}/instances/${instance}`],
    // Who may not come in does not learn what is there.
    ['POST', '/v1/definitions/999999/instances'],
    ['GET', '/definitions/999999'],
  ];
});
afterAll(() => api.stop());

const ask = (method: string, path: string, authorization?: string) =>
  fetch(api.url + path, {
    method,
    headers: authorization === undefined ? {} : { authorization },
    redirect: 'manual',
  });

describe('every route of the API and of the pages', () => {
  const wrong = [
    ['nothing', undefined],
    ['an empty header', ''],
    ['another scheme', 'Bearer secret_key'],
    ['only the scheme', 'Basic'],
    ['the scheme and a blank', 'Basic '],
    ['no base64', 'Basic ???'],
    ['no colon', `Basic ${Buffer.from('test_client_name').toString('base64')}`],
    ['an empty key', basic('test_client_name', '')],
    ['an empty name', basic('', 'secret_key')],
    ['neither', basic('', '')],
    ['an unknown name', basic('nobody', 'secret_key')],
    ['a wrong key', basic('test_client_name', 'wrong_key')],
    ['the beginning of the key', basic('test_client_name', 'secret_ke')],
    ['more than the key', basic('test_client_name', 'secret_keys')],
    ['the key of another', basic('b', 'secret_key')],
    ['the name in capitals', basic('TEST_CLIENT_NAME', 'secret_key')],
    ['a name that every object has', basic('constructor', 'undefined')],
    ['__proto__', basic('__proto__', '')],
    ['a key with NUL behind it', basic('test_client_name', 'secret_key\0')],
    ['64 KB less some', basic('test_client_name', 'x'.repeat(8_000))],
  ] as const;
  it.each(wrong)('refuses %s', async (_, authorization) => {
    for (const [method, path] of routes) {
      const response = await ask(method, path, authorization);
      expect([method, path, response.status]).toEqual([method, path, 401]);
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="Kuroko"/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      if (method === 'HEAD') continue;
      expect(await response.json()).toEqual({
        status_code: 401,
        error_code: 'unauthorized',
        message: 'The name or the key of the client is wrong or missing.',
      });
    }
  });

  const encoded = 'dGVzdF9jbGllbnRfbmFtZTpzZWNyZXRfa2V5';
  const right = [
    ['the name and its key', basic('test_client_name', 'secret_key')],
    ['the scheme in any case', `bAsIc ${encoded}`],
    ['several blanks', `Basic   ${encoded}  `],
    ['a literal \\n behind it', String.raw`Basic ${encoded}\n`],
    [
      'literal \\n within it, as Ruby breaks long lines',
      String.raw`Basic dGVzdF9j\nbGllbnRfbmFtZTpzZWNyZXRfa2V5\n`,
    ],
    ['a key with a colon and an umlaut', basic('b', 'a:ü key')],
  ] as const;
  it.each(right)('lets in %s', async (_, authorization) => {
    for (const [method, path] of routes.slice(0, 5)) {
      const { status } = await ask(method, path, authorization);
      expect([method, path, status]).toEqual([method, path, method === 'POST' ? 201 : 200]);
    }
  });
});

it('refuses everybody when no client is configured', async () => {
  const closed = await startApiServer({ apiClients: [] });
  try {
    for (const authorization of [basic('', ''), basic('undefined', 'undefined')]) {
      const response = await fetch(`${closed.url}/definitions/1`, { headers: { authorization } });
      expect(response.status).toBe(401);
    }
    expect((await fetch(`${closed.url}/healthz`)).status).toBe(200);
  } finally {
    await closed.stop();
  }
});

describe('health', () => {
  it('is open to everybody and tells what the checks say', async () => {
    let well = true;
    const health = await startApiServer({
      readiness: () =>
        Promise.resolve({ ok: well, checks: { database: well ? 'ok' : 'cannot be reached' } }),
    });
    try {
      const alive = await fetch(`${health.url}/healthz`);
      expect([alive.status, await alive.json()]).toEqual([200, { status: 'ok' }]);
      const ready = await fetch(`${health.url}/readyz`);
      expect([ready.status, await ready.json()]).toEqual([
        200,
        { status: 'ok', checks: { database: 'ok' } },
      ]);
      well = false;
      const not = await fetch(`${health.url}/readyz`);
      expect([not.status, await not.json()]).toEqual([
        503,
        { status: 'not ready', checks: { database: 'cannot be reached' } },
      ]);
      expect((await fetch(`${health.url}/healthz`)).status).toBe(200);
    } finally {
      await health.stop();
    }
  });

  it('tells nothing of what went wrong in a check', async () => {
    const failing = await startApiServer({
      readiness: () => Promise.reject(new Error('password of postgres://x:y@z is wrong')),
    });
    try {
      const response = await fetch(`${failing.url}/readyz`);
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain('postgres');
    } finally {
      await failing.stop();
    }
  });
});

describe('the server', () => {
  it('takes routes of others, which see to their own authentication', async () => {
    const echo: ServerRoute = {
      method: 'POST',
      path: '/slack/events',
      options: { auth: false, payload: { parse: false, output: 'data' } },
      handler: (request, h) => h.response(request.payload).type('text/plain'),
    };
    const shared = await startApiServer({ extraRoutes: [echo] });
    try {
      const body = 'payload=%7B%7D';
      const response = await fetch(`${shared.url}/slack/events`, { method: 'POST', body });
      expect([response.status, await response.text()]).toEqual([200, body]);
      expect((await fetch(`${shared.url}/definitions/1`)).status).toBe(401);
    } finally {
      await shared.stop();
    }
  });

  it('may be stopped unstarted, or twice, and answers what is under way', async () => {
    let answer: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: ServerRoute = {
      method: 'GET',
      path: '/slow',
      handler: async () => {
        answer();
        await released;
        return 'done';
      },
    };
    const { db } = api;
    const server = createHttpServer({
      config: {
        port: 0,
        timeZone: 'UTC',
        apiClients: [],
        apiRate: { perSecond: 1, burst: 1 },
        publicStats: false,
        slack: { operators: [], allowedChannels: [], launch: 'members' },
      },
      db,
      facts,
      log: pino({ level: 'silent' }),
      readiness: () => Promise.resolve({ ok: true, checks: {} }),
      extraRoutes: [slow],
    });
    await server.stop();
    const { port } = await server.start();
    const response = fetch(`http://127.0.0.1:${port}/slow`);
    await asked;
    const stopped = Promise.all([server.stop(), server.stop()]);
    release();
    expect(await (await response).text()).toBe('done');
    await stopped;
    await expect(fetch(`http://127.0.0.1:${port}/slow`)).rejects.toThrow('fetch failed');
  });
});
