import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancel } from '../../src/operations/cancel.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { forgetIdempotentLaunches } from '../../src/store/idempotent-launches.ts';
import { lockDefinitions } from '../../src/store/definitions.ts';
import { findInstance } from '../../src/store/instances.ts';
import { basic, startApiServer, type ApiServer } from '../support/api-server.ts';
import { facts } from '../support/operations.ts';
import { handWorker } from '../support/hand-worker.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

let api: ApiServer;
let definitionId: number;
let launchUrl: string;
beforeAll(async () => {
  api = await startApiServer();
  definitionId = (await api.save({})).id;
  launchUrl = `${api.url}/v1/definitions/${definitionId}/instances`;
});
afterAll(() => api.stop());

const post = (
  body: string | Uint8Array<ArrayBuffer> | null,
  headers: Record<string, string> = {},
  url = launchUrl,
) =>
  fetch(url, {
    method: 'POST',
    headers: { authorization: api.authorization, ...headers },
    ...(body === null ? {} : { body }),
  });
const json = { 'content-type': 'application/json' };
const countInstances = async () =>
  (await api.db.query<{ count: number }>('select count(*) from instances'))[0]?.count;

async function refused(response: Response, status: number, code: string): Promise<string> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const body = (await response.json()) as { message: string };
  expect(Object.keys(body)).toEqual(['status_code', 'error_code', 'message']);
  expect(body).toMatchObject({ status_code: status, error_code: code });
  expect(body.message).toMatch(/^[A-Z"].*[.}]$/s);
  expect(body.message).not.toMatch(/\n +at |node_modules|\.ts:/);
  return body.message;
}

/** What the guide's curl puts on the wire: the two characters `\n` after the base64, and an empty body. */
async function guideCurl(base64: string): Promise<string> {
  const headers = [
    'Content-type: application/json',
    'Accept: application/json',
    String.raw`Authorization: Basic ${base64}\n`,
  ];
  const args = ['-si', ...headers.map((header) => `-H${header}`), '-XPOST', '-d', '', launchUrl];
  try {
    return (await run('curl', args)).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return rawPost([...headers, 'Content-Length: 0']);
  }
}

/** For machines without curl, and for what curl cannot be told to leave out. */
function rawPost(headers: readonly string[]): Promise<string> {
  const head = [
    `POST /v1/definitions/${definitionId}/instances HTTP/1.1`,
    `Host: localhost:${api.port}`,
    'User-Agent: curl/7.52.1',
    ...headers,
    'Connection: close',
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(api.port, '127.0.0.1', () =>
      socket.write(`${head.join('\r\n')}\r\n\r\n`),
    );
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.on('end', () => resolve(text)).on('error', reject);
  });
}

const guideKey = 'dGVzdF9jbGllbnRfbmFtZTpzZWNyZXRfa2V5';

describe('the curl of the user guide', () => {
  it('launches, character for character', async () => {
    const [head = '', body = ''] = (await guideCurl(guideKey)).split('\r\n\r\n');
    const lines = head.split('\r\n');
    expect(lines[0]).toBe('HTTP/1.1 201 Created');
    expect(body).toMatch(/^\{"id":\d+,"status":"working"\}$/);
    const headers = lines.slice(1).join('\n').toLowerCase();
    expect(headers).toContain('content-type: application/json; charset=utf-8');
    expect(headers).toContain('x-frame-options: sameorigin');
    expect(headers).toContain('x-xss-protection: 1; mode=block');
    expect(headers).toContain('x-content-type-options: nosniff');
    expect(headers).toMatch(/^etag: w\/"[0-9a-f]{32}"$/m);
    expect(headers).toContain('cache-control: max-age=0, private, must-revalidate');
    expect(headers).toMatch(/^x-request-id: [0-9a-f-]{36}$/m);
    expect(headers).toMatch(/^x-runtime: \d\.\d{6}$/m);
    expect(headers).not.toContain('location:');
  });

  it('launches with the request of the guide: a JSON type, no body and no length', async () => {
    const answer = await rawPost([
      'Content-type: application/json',
      'Accept: application/json',
      String.raw`Authorization: Basic ${guideKey}\n`,
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
    expect(answer).toMatch(/\{"id":\d+,"status":"working"\}$/);
  });

  it('is refused with the same bytes and another key', async () => {
    const before = await countInstances();
    const answer = await guideCurl('dGVzdF9jbGllbnRfbmFtZTp3cm9uZ19rZXk=');
    expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(answer).toMatch(/^www-authenticate: Basic realm="Kuroko"/im);
    expect(await countInstances()).toBe(before);
  });
});

describe('a body', () => {
  const empty = [
    ['is not sent at all', null, {}],
    ['is empty', '', json],
    ['is white space', ' \n', json],
    ['is null', 'null', json],
    ['is an empty object', '{}', json],
    ['has an empty env', '{"env":{}}', json],
    ['has a null env', '{"env":null}', json],
    ['is JSON with a charset', '{}', { 'content-type': 'Application/JSON; charset=utf-8' }],
    [
      'is an empty form, as curl -d sends it',
      '',
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['has keys that mean nothing to us, as Kuroko2 let pass', '{"foo":1}', json],
  ] as const;
  it.each(empty)('launches without an environment when it %s', async (_, body, headers) => {
    const response = await post(body, headers);
    expect(response.status).toBe(201);
    const { id, status } = (await response.json()) as { id: number; status: string };
    expect(status).toBe('working');
    expect((await findInstance(api.db, id))?.env).toEqual({});
  });

  const env = {
    JOB_NAME: 'TestJob',
    MESSAGE: `["it's a job"]`,
    _a1: '',
    EMOJI: '🦊',
    LINES: 'a\nb $(id)',
  };
  it('hands the environment on as data, untouched', async () => {
    const response = await post(JSON.stringify({ env }), json);
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as { id: number };
    const instance = await findInstance(api.db, id);
    expect(instance?.env).toEqual(env);
    expect(instance?.script).toBe('execute: true\n');
    expect(instance?.launchedBy).toBe('test_client_name');
    expect(instance?.launchedFrom).toBe('api');
    const [execution] = await api.db.query<{ env: unknown }>(
      'select env from executions where instance_id = $1',
      [id],
    );
    expect(execution?.env).toMatchObject(env);
  });

  it('takes JSON that curl -d calls a form, and the forms that Kuroko2 took', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const body of [JSON.stringify({ env: { A: 'b c' } }), 'env%5BA%5D=b+c&other=1']) {
      const response = await post(body, form);
      expect(response.status).toBe(201);
      const { id } = (await response.json()) as { id: number };
      expect((await findInstance(api.db, id))?.env).toEqual({ A: 'b c' });
    }
  });

  const bad = [
    ['no JSON', '{"env":', json, 'not valid JSON'],
    ['an array', '[]', json, 'must be an object'],
    ['a string', '"env"', json, 'must be an object'],
    ['an env that is a string', '{"env":"A=1"}', json, 'env: must be an object, not a string.'],
    ['an env that is an array', '{"env":["A=1"]}', json, 'env: must be an object, not an array.'],
    ['a number', '{"env":{"A":1}}', json, 'env.A: must be a string, not a number.'],
    ['a boolean', '{"env":{"A":true}}', json, 'must be a string, not a boolean.'],
    ['null', '{"env":{"A":null}}', json, 'must be a string, not null.'],
    ['an array for a value', '{"env":{"A":["b"]}}', json, 'must be a string, not an array.'],
    ['an object for a value', '{"env":{"A":{}}}', json, 'must be a string, not an object.'],
    [
      'a name with a dash',
      '{"env":{"A-B":"1"}}',
      json,
      'env.A-B: cannot be the name of an environment variable.',
    ],
    ['a name with a line end', String.raw`{"env":{"A\n":"1"}}`, json, 'cannot be the name'],
    ['a name that begins with a digit', '{"env":{"1A":"1"}}', json, 'cannot be the name'],
    ['a name that is a command', '{"env":{"A=1;$(id)":"1"}}', json, 'cannot be the name'],
    ['no name', '{"env":{"":"1"}}', json, 'env."": cannot be the name'],
    ['a name in another script', '{"env":{"Ä":"1"}}', json, 'cannot be the name'],
    ['NUL', String.raw`{"env":{"A":"b\u0000c"}}`, json, 'must not contain NUL'],
    ['half a character', String.raw`{"env":{"A":"\ud800"}}`, json, 'not valid Unicode'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), json, 'not valid UTF-8'],
  ] as const;
  it.each(bad)('with %s is a Bad Request and launches nothing', async (_, body, headers, says) => {
    const before = await countInstances();
    expect(await refused(await post(body, headers), 400, 'bad_request')).toContain(says);
    expect(await countInstances()).toBe(before);
  });

  it('names every problem at once', async () => {
    const response = await post('{"env":{"A":1,"B-":"2","C":"fine"}}', json);
    const message = await refused(response, 400, 'bad_request');
    expect(message).toBe(
      'The request has 2 mistakes. env.A: must be a string, not a number. ' +
        'env.B-: cannot be the name of an environment variable.',
    );
  });

  it('of another type, or too large, is refused', async () => {
    const xml = await post('<env/>', { 'content-type': 'application/xml' });
    await refused(xml, 415, 'unsupported_media_type');
    const large = JSON.stringify({ env: { A: 'x'.repeat(300_000) } });
    await refused(await post(large, json), 413, 'payload_too_large');
    const nearly = JSON.stringify({ env: { A: 'x'.repeat(100_000) } });
    expect((await post(nearly, json)).status).toBe(201);
  });
});

describe('a launch', () => {
  it('is 403 for a definition that does not allow the API, and says so in the audit', async () => {
    const { id } = await api.save({ name: 'by hand only', apiAllowed: false });
    const response = await post(null, {}, `${api.url}/v1/definitions/${id}/instances`);
    expect(await refused(response, 403, 'forbidden')).toContain('"by hand only"');
    const rows = await api.db.query<{ outcome: string; actorName: string }>(
      'select outcome, actor_name from audit where definition_id = $1 and action = $2',
      [id, 'launch'],
    );
    expect(rows).toEqual([{ outcome: 'refused', actorName: 'test_client_name' }]);
  });

  it.each(['999999', '0', 'abc', '-1', '1.5', '9'.repeat(40), '%00', '1%27%3B--', '%F0%9F%A6%8A'])(
    'is 404 for the id %s',
    async (id) => {
      const response = await post(null, {}, `${api.url}/v1/definitions/${id}/instances`);
      expect(await refused(response, 404, 'record_not_found')).toMatch(/^There is no /);
    },
  );

  it('is 404 for a definition that was deleted', async () => {
    const { id } = await api.save({ name: 'gone' });
    const url = `${api.url}/v1/definitions/${id}/instances`;
    expect((await post(null, {}, url)).status).toBe(201);
    await api.db.query('update definitions set deleted_at = now() where id = $1', [id]);
    await refused(await post(null, {}, url), 404, 'record_not_found');
  });

  it('that is prevented is a 201 with status canceled', async () => {
    const { id } = await api.save({ name: 'one at a time', preventMulti: 'working_or_error' });
    const url = `${api.url}/v1/definitions/${id}/instances`;
    expect(await (await post(null, {}, url)).json()).toMatchObject({ status: 'working' });
    const second = await post(null, {}, url);
    expect(second.status).toBe(201);
    expect(await second.json()).toMatchObject({ status: 'canceled' });
  });

  it('with an Idempotency-Key happens once for a client and definition', async () => {
    const other = await api.save({ name: 'other' });
    const key = { 'idempotency-key': 'order 66: ü'.replace('ü', '%') };
    const ids = await Promise.all(
      Array.from(
        { length: 5 },
        async () => ((await (await post(null, key)).json()) as { id: number }).id,
      ),
    );
    expect(new Set(ids).size).toBe(1);
    const elsewhere = await post(null, key, `${api.url}/v1/definitions/${other.id}/instances`);
    expect(((await elsewhere.json()) as { id: number }).id).not.toBe(ids[0]);
    await refused(await post(null, { 'idempotency-key': 'x'.repeat(256) }), 400, 'bad_request');
  });

  it('sent again under its Idempotency-Key has the same answer, whatever became of it', async () => {
    const { id } = await api.save({ name: 'again', script: 'queue: again\nexecute: true\n' });
    const url = `${api.url}/v1/definitions/${id}/instances`;
    const headers = { ...json, 'idempotency-key': 'again' };
    const first = await post('{"env":{"A":"1","B":"2"}}', headers, url);
    const answer = await first.text();
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
    const worker = await handWorker(api.db, 'again');
    await worker.end(await worker.claim(), 0);
    const again = await post(' {"env": {"B":"2", "A":"1"}}', headers, url);
    expect([again.status, await again.text()]).toEqual([201, answer]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('under the Idempotency-Key of another is a 409, and after 24 hours a new one', async () => {
    const { id } = await api.save({ name: 'later' });
    const url = `${api.url}/v1/definitions/${id}/instances`;
    const headers = { ...json, 'idempotency-key': 'later' };
    const launched = async (body: string) =>
      ((await (await post(body, headers, url)).json()) as { id: number }).id;
    const first = await launched('{"env":{"A":"1"}}');
    const before = await countInstances();
    await refused(await post('{"env":{"A":"2"}}', headers, url), 409, 'conflict');
    expect(await countInstances()).toBe(before);
    await api.db.query(
      `update idempotent_launches set created_at = now() - interval '24 hours 1 second'
       where key = 'later'`,
    );
    const second = await launched('{"env":{"A":"2"}}');
    expect(second).not.toBe(first);
    expect(await launched('{"env":{"A":"2"}}')).toBe(second);
  });

  it('under an Idempotency-Key is remembered for a day', async () => {
    await post(null, { 'idempotency-key': 'young' });
    await post(null, { 'idempotency-key': 'old' });
    await api.db.query(
      `update idempotent_launches set created_at = now() - interval '25 hours' where key = 'old'`,
    );
    expect(await forgetIdempotentLaunches(api.db, 100)).toBe(1);
    const keys = await api.db.query<{ key: string }>('select key from idempotent_launches');
    expect(keys.map(({ key }) => key)).toContain('young');
    expect(keys.map(({ key }) => key)).not.toContain('old');
  });

  it('is granted or refused by itself, however many come at the same time', async () => {
    const [yes, prevented, no] = [
      await api.save({ name: 'yes' }),
      await api.save({ name: 'one of many', preventMulti: 'working' }),
      await api.save({ name: 'no', apiAllowed: false }),
    ];
    const ids = [yes.id, prevented.id, no.id, 999_999];
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const id = ids[index % 4] ?? 0;
        const response = await post(null, {}, `${api.url}/v1/definitions/${id}/instances`);
        const { status } = (await response.json()) as { status?: string };
        return `${index % 4} ${response.status} ${status ?? ''}`.trim();
      }),
    );
    const counts = (text: string) => answers.filter((answer) => answer === text).length;
    expect(counts('0 201 working')).toBe(10);
    expect([counts('1 201 working'), counts('1 201 canceled')]).toEqual([1, 9]);
    expect(counts('2 403')).toBe(10);
    expect(counts('3 404')).toBe(10);
    const rows = await api.db.query<{ definitionId: number; outcome: string }>(
      `select definition_id, outcome from audit where action = 'launch' and definition_id = any($1)`,
      [ids],
    );
    const audited = (id: number, outcome: string) =>
      rows.filter((row) => row.definitionId === id && row.outcome === outcome).length;
    expect(audited(yes.id, 'done')).toBe(10);
    expect(audited(no.id, 'refused')).toBe(10);
  });

  it('waits for no other that waits for its definition', async () => {
    const [held, free] = [await api.save({ name: 'held' }), await api.save({ name: 'free' })];
    const urlOf = ({ id }: { id: number }) => `${api.url}/v1/definitions/${id}/instances`;
    let answered = false;
    const waiting = await inTransaction(api.db, async (tx) => {
      await lockDefinitions(tx, [held.id]);
      // Two, so that one beside them is gathered for a moment, and no longer.
      const first = Promise.all([post(null, {}, urlOf(held)), post(null, {}, urlOf(held))]).finally(
        () => (answered = true),
      );
      await until('it to wait', async () => {
        const rows = await api.db.query(
          `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        );
        return rows.length > 0;
      });
      expect((await post(null, {}, urlOf(free))).status).toBe(201);
      expect(answered).toBe(false);
      return { first };
    });
    expect((await waiting.first).map(({ status }) => status)).toEqual([201, 201]);
  });

  it('of another client under the same Idempotency-Key is another one', async () => {
    const two = await startApiServer({
      apiClients: [
        { name: 'test_client_name', key: 'secret_key' },
        { name: 'b', key: 'key_of_b' },
      ],
    });
    try {
      const { id } = await two.save({});
      const url = `${two.url}/v1/definitions/${id}/instances`;
      const key = { 'idempotency-key': 'shared' };
      const mine = await post(null, { ...key, authorization: two.authorization }, url);
      const theirs = await post(null, { ...key, authorization: basic('b', 'key_of_b') }, url);
      expect([mine.status, theirs.status]).toEqual([201, 201]);
      expect(await theirs.json()).not.toEqual(await mine.json());
    } finally {
      await two.stop();
    }
  });

  it('is not to be had by the form of another site, though the browser sends the key along', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      await refused(await post(null, headers), 403, 'forbidden');
    }
    expect((await post(null, { origin: api.url })).status).toBe(201);
  });
});

describe('the state of an instance', () => {
  const get = (instance: unknown, headers: Record<string, string> = {}, id = definitionId) =>
    fetch(`${api.url}/v1/definitions/${id}/instances/${String(instance)}`, {
      headers: { authorization: api.authorization, ...headers },
    });
  const launched = async (url = launchUrl) =>
    ((await (await post(null, {}, url)).json()) as { id: number }).id;

  it("is one of Kuroko2's words", async () => {
    const { id } = await api.save({ name: 'states', script: 'queue: states\nexecute: exit 1\n' });
    const url = `${api.url}/v1/definitions/${id}/instances`;
    const worker = await handWorker(api.db, 'states');
    const [success, error, canceled, working] = [
      await launched(url),
      await launched(url),
      await launched(url),
      await launched(url),
    ];
    await worker.end(await worker.claim(), 0);
    await worker.end(await worker.claim(), 1);
    const actor = { kind: 'cli', id: 'test', name: 'test' } as const;
    const wish = { instanceId: canceled, actor, requestKey: 'test' };
    await inTransaction(api.db, (tx) => cancel(tx, wish, facts));
    const states = { success, error, canceled, working };
    for (const [status, instance] of Object.entries(states)) {
      const response = await get(instance, {}, id);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ id: instance, status });
    }
  });

  it('is 304 for who has it, until it changes', async () => {
    const { id } = await api.save({ name: 'tags', script: 'queue: tags\nexecute: true\n' });
    const instance = await launched(`${api.url}/v1/definitions/${id}/instances`);
    const etag = (await get(instance, {}, id)).headers.get('etag') ?? '';
    const known = ['"other", ' + etag, etag.replace('W/', ''), '*'];
    for (const tag of known) {
      const again = await get(instance, { 'if-none-match': tag }, id);
      expect([again.status, await again.text()]).toEqual([304, '']);
      expect(again.headers.get('etag')).toBe(etag);
    }
    expect((await get(instance, { 'if-none-match': 'W/"other"' }, id)).status).toBe(200);
    const worker = await handWorker(api.db, 'tags');
    await worker.end(await worker.claim(), 0);
    const changed = await get(instance, { 'if-none-match': etag }, id);
    expect(changed.status).toBe(200);
    expect(await changed.json()).toEqual({ id: instance, status: 'success' });
  });

  it('is 404 when the instance is of another definition, or of none', async () => {
    const other = await api.save({ name: 'another' });
    const mine = await launched();
    expect((await get(mine)).status).toBe(200);
    await refused(await get(mine, {}, other.id), 404, 'record_not_found');
    for (const id of ['999999', 'abc', '9'.repeat(30), '%00']) {
      await refused(await get(id), 404, 'record_not_found');
    }
  });

  it('can still be read when the definition was deleted', async () => {
    const { id } = await api.save({ name: 'soon gone' });
    const instance = await launched(`${api.url}/v1/definitions/${id}/instances`);
    await api.db.query('update definitions set deleted_at = now() where id = $1', [id]);
    expect((await get(instance, {}, id)).status).toBe(200);
  });

  it('carries a request id: the one that was sent if it is sane', async () => {
    const instance = await launched();
    const sent = await get(instance, { 'x-request-id': 'abc-123_x@y' });
    expect(sent.headers.get('x-request-id')).toBe('abc-123_x@y');
    for (const id of ['<script>', 'a b', 'x'.repeat(256)]) {
      const kept = (await get(instance, { 'x-request-id': id })).headers.get('x-request-id');
      expect(kept).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('what goes wrong inside', () => {
  it('is a reference for the client, and the whole story in the log', async () => {
    const broken = await startApiServer();
    try {
      const { id } = await broken.save({});
      const url = `${broken.url}/v1/definitions/${id}/instances`;
      const headers = { authorization: broken.authorization };
      expect((await fetch(url, { method: 'POST', headers })).status).toBe(201);
      await broken.db.query('alter table instances rename to hidden');
      const message = await refused(
        await fetch(url, { method: 'POST', headers }),
        500,
        'internal_server_error',
      );
      const [, reference = 'none'] = /Reference: ([0-9a-f]{8})\.$/.exec(message) ?? [];
      expect(message).not.toContain('relation');
      const line = broken.logged.find((text) => text.includes(reference)) ?? '';
      expect(line).toContain('relation \\"instances\\" does not exist');
      await broken.db.query('alter table hidden rename to instances');
    } finally {
      await broken.stop();
    }
  });

  it('is a 503 with Retry-After when the database is away', async () => {
    const away = await startApiServer({ databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing' });
    try {
      const url = `${away.url}/v1/definitions/1/instances`;
      const headers = { authorization: away.authorization };
      const response = await fetch(url, { method: 'POST', headers });
      const message = await refused(response, 503, 'service_unavailable');
      expect(message).toMatch(/^The database cannot be reached .* Reference: [0-9a-f]{8}\.$/);
      expect(response.headers.get('retry-after')).toBe('5');
    } finally {
      await away.stop();
    }
  });

  it('leaves addresses that do not exist in the same shape', async () => {
    const headers = { authorization: api.authorization };
    const nowhere = await fetch(`${api.url}/nowhere`, { headers });
    expect(await refused(nowhere, 404, 'record_not_found')).toContain('nothing at this address');
    const put = await fetch(launchUrl, { method: 'PUT', headers });
    expect(await refused(put, 404, 'record_not_found')).toContain('nothing at this address');
  });
});

it('says in plain words that its port is taken', async () => {
  await expect(startApiServer({ port: api.port })).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringMatching(new RegExp(`^Port ${api.port} is already in use\\.`)) as unknown,
  });
});

it('lets in by name and key only, whatever the name', async () => {
  expect(
    (await post(null, { authorization: basic('test_client_name', 'secret_key') })).status,
  ).toBe(201);
});
