/** Inbound hooks: who may call them, what that launches, and what it cannot be made to do. */
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { text as readText } from 'node:stream/consumers';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import {
  createHook,
  deleteHook,
  rotateHook,
  type HookWithSecret,
} from '../../src/operations/hooks.ts';
import { launchByHook } from '../../src/operations/launch-by-hook.ts';
import { auditOf } from '../../src/store/audit.ts';
import { findInstance } from '../../src/store/instances.ts';
import { logsOf } from '../../src/store/logs.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { hostileTexts } from '../support/hostile.ts';
import { cliWith } from '../support/run-cli.ts';
import { lacks } from '../support/tools.ts';
import { facts, launchOne, member } from '../support/operations.ts';
import type { Database } from '../../src/store/database.ts';
import type { DefinitionFields } from '../../src/store/definitions.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

const actor = member('alice');

async function hookOf(
  mapping: readonly string[] = [],
  fields: Partial<DefinitionFields> = {},
): Promise<HookWithSecret> {
  const { id: definitionId } = await api.save({ apiAllowed: false, ...fields });
  return inTransaction(api.db, (tx) =>
    createHook(tx, { definitionId, name: 'deploy', mapping, actor }),
  );
}

const sign = (secret: string, body: string | Buffer): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

let count = 0;
const someId = (): string => `delivery-${(count += 1)}`;

interface Call {
  readonly body?: string | Buffer;
  readonly id?: string;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As a sender calls it, all right unless said otherwise. */
async function call({ hook, secret }: HookWithSecret, { body = '{}', id, ...more }: Call = {}) {
  const answer = await fetch(`${api.url}/v1/hooks/${hook.id}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-kuroko2-id': id ?? someId(),
      'x-kuroko2-signature': sign(more.secret ?? secret, body),
      ...more.headers,
    },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, answer };
}

const instances = async (definitionId: number): Promise<number> => {
  const [row] = await api.db.query<{ count: number }>(
    'select count(*) from instances where definition_id = $1',
    [definitionId],
  );
  return row?.count ?? -1;
};

const errorShape = ['status_code', 'error_code', 'message'];
const unauthorized = {
  status_code: 401,
  error_code: 'unauthorized',
  message: 'There is no such hook, or the signature of the body is wrong.',
};

describe('a hook', () => {
  it('launches its job, with values of the body, and says who did it', async () => {
    const made = await hookOf(['GIT_REF=ref', 'COMMIT=/head_commit/id', 'N=commits.0.n']);
    const body = JSON.stringify({
      ref: 'refs/heads/$(touch /tmp/x); "\n',
      head_commit: { id: 'äö🎉' },
      commits: [{ n: 7 }],
    });
    const { status, body: answer } = await call(made, { body });
    expect([status, answer]).toEqual([
      201,
      { id: expect.any(Number) as number, status: 'working' },
    ]);
    const instance = await findInstance(api.db, Number(answer['id']));
    expect(instance).toMatchObject({
      definitionId: made.hook.definitionId,
      env: { GIT_REF: 'refs/heads/$(touch /tmp/x); "\n', COMMIT: 'äö🎉', N: '7' },
      launchedFrom: 'hook',
      launchedBy: 'hook deploy',
    });
    const logs = await logsOf(api.db, Number(answer['id']), { limit: 1 });
    expect(logs[0]?.message).toBe('Launched by hook deploy');
    expect(await auditOf(api.db, Number(answer['id']))).toMatchObject([
      { actorKind: 'hook', actorId: String(made.hook.id), place: '127.0.0.1', action: 'launch' },
    ]);
  });

  it('needs no body, no client and no leave to be launched by the API', async () => {
    const made = await hookOf();
    expect((await call(made, { body: '' })).status).toBe(201);
    expect((await call(made, { body: 'not JSON' })).status).toBe(201);
    expect((await call(made, { headers: { 'content-type': 'text/plain' } })).status).toBe(201);
    const github = {
      'x-kuroko2-id': '',
      'x-kuroko2-signature': '',
      'x-hub-signature-256': sign(made.secret, '{}').toUpperCase().replace('SHA256', 'sha256'),
      'x-github-delivery': 'a1b2',
    };
    const { 'x-kuroko2-id': _id, 'x-kuroko2-signature': _signature, ...headers } = github;
    const answer = await fetch(`${api.url}/v1/hooks/${made.hook.id}`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    expect(answer.status).toBe(201);
  });

  it('is unknown to whoever cannot sign, whether there is one or not', async () => {
    const made = await hookOf();
    const other = await hookOf();
    const { id, definitionId } = made.hook;
    const body = '{"a":1}';
    const right = sign(made.secret, body);
    const tampered = [
      right.slice(0, -1) + (right.endsWith('0') ? '1' : '0'),
      right.replace('sha256=', 'sha1='),
      right.slice('sha256='.length),
      `${right}00`,
      right.slice(0, 40),
      '',
      'sha256=',
      `sha256=${'é'.repeat(32)}`,
      sign(made.secret, '{"a":2}'),
      sign('', body),
      sign(other.secret, body),
    ];
    for (const signature of tampered) {
      const headers = { 'x-kuroko2-signature': encodeURI(signature) };
      const { status, body: answer } = await call(made, { body, headers });
      expect([signature, status, answer]).toEqual([signature, 401, unauthorized]);
    }
    for (const nobody of ['999999', '0', 'x', '-1', '1e3', '99999999999999999999', '%00']) {
      const answer = await fetch(`${api.url}/v1/hooks/${nobody}`, {
        method: 'POST',
        headers: { 'x-kuroko2-signature': right, 'x-kuroko2-id': someId() },
        body,
      });
      expect([nobody, answer.status, await answer.json()]).toEqual([nobody, 401, unauthorized]);
    }
    expect(await instances(definitionId)).toBe(0);
    expect((await call(made, { body })).status).toBe(201);
    expect((await fetch(`${api.url}/v1/hooks/${id}`)).status).toBe(404);
    // Both headers: the one that is named first counts.
    const both = { 'x-kuroko2-signature': tampered[0] ?? '', 'x-hub-signature-256': right };
    expect((await call(made, { body, headers: both })).status).toBe(401);
  });

  it('launches once for each delivery, however often and fast it is sent', async () => {
    const made = await hookOf();
    const id = someId();
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(made, { id })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await instances(made.hook.definitionId)).toBe(1);
    const later = await call(made, { id, body: '{"other":1}' });
    expect([later.status, later.body['error_code']]).toEqual([409, 'conflict']);
    expect((await call(made, { id: `${id}0` })).body).not.toEqual(answers[0]?.body);
    expect(await instances(made.hook.definitionId)).toBe(2);
    // Under another hook it is another delivery.
    expect((await call(await hookOf(), { id })).body).not.toEqual(answers[0]?.body);
  });

  it('launches once, too, when nobody hears that it was committed', async () => {
    const { hook } = await hookOf();
    let lost = 0;
    const db: Database = {
      ...api.db,
      async transaction(work) {
        const result = await api.db.transaction(work);
        lost += 1;
        if (lost === 1) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
        return result;
      },
    };
    const wish = { hookId: hook.id, deliveryId: 'once', body: Buffer.from('{}'), place: 'here' };
    const delivered = await inTransaction(db, (tx) => launchByHook(tx, wish, facts));
    expect(delivered).toMatchObject({ outcome: 'launched', status: 'working' });
    expect([lost, await instances(hook.definitionId)]).toEqual([2, 1]);
  });

  it('wants an id that names the delivery', async () => {
    const made = await hookOf();
    for (const id of ['', 'ä', 'x'.repeat(256)]) {
      const { status } = await call(made, {
        headers: { 'x-kuroko2-id': encodeURI(id).slice(0, 300) },
      }).catch(() => ({ status: 0 }));
      expect([id, status]).toEqual([id, id === 'ä' ? 201 : 422]);
    }
    expect((await call(made, { id: 'x'.repeat(255) })).status).toBe(201);
    expect((await call(made, { id: `'; drop table hooks; -- "\\` })).status).toBe(201);
  });

  it('wants what it takes from the body, and says everything that is missing', async () => {
    const made = await hookOf(['A=a', 'B=b.c', 'D=d']);
    const { status, body } = await call(made, { body: '{"a":"x","b":[]}' });
    expect([status, body]).toEqual([
      422,
      {
        status_code: 422,
        error_code: 'unprocessable_entity',
        message: 'The body lacks what this hook needs. b.c: is missing. d: is missing.',
      },
    ]);
    const broken = ['', '{', 'a=1', '[1', '\uFEFF{}', Buffer.from([0x7b, 0xff, 0x7d]), '{"a":\0}'];
    for (const sent of broken) expect((await call(made, { body: sent })).status).toBe(422);
    expect(await instances(made.hook.definitionId)).toBe(0);
    expect((await call(made, { body: '{"a":"","b":{"c":true},"d":-0.5}' })).status).toBe(201);
  });

  it('keeps to the rules of its job', async () => {
    const made = await hookOf([], { preventMulti: 'working_or_error' });
    const { definitionId } = made.hook;
    await launchOne(api.db, definitionId);
    const prevented = await call(made);
    expect([prevented.status, prevented.body['status']]).toEqual([201, 'canceled']);
    await api.db.query('update definitions set suspended = true where id = $1', [definitionId]);
    const suspended = await call(made);
    expect([suspended.status, suspended.body['message']]).toEqual([
      409,
      '"nightly-report" is suspended. Nothing was launched.',
    ]);
    await api.db.query('update definitions set deleted_at = now() where id = $1', [definitionId]);
    const deleted = await call(made);
    expect([deleted.status, deleted.body['error_code']]).toEqual([404, 'record_not_found']);
    expect(await instances(definitionId)).toBe(2);
  });

  it('takes the secret before a rotation for an hour, and none after it is removed', async () => {
    const made = await hookOf();
    const { id, definitionId } = made.hook;
    const rotate = () =>
      inTransaction(api.db, (tx) => rotateHook(tx, { definitionId, hook: 'Deploy', actor }));
    const second = await rotate();
    expect(second.secret).not.toBe(made.secret);
    const until = Number(second.hook.formerUntil) - Date.now();
    expect(until).toBeGreaterThan(3_500_000);
    expect(until).toBeLessThan(3_700_000);
    expect((await call(made)).status).toBe(201);
    expect((await call(second)).status).toBe(201);
    await api.db.query(`update hooks set former_until = now() - interval '1 s' where id = $1`, [
      id,
    ]);
    expect((await call(made)).status).toBe(401);
    const third = await rotate();
    const fourth = await rotate();
    expect([(await call(second)).status, (await call(third)).status]).toEqual([401, 201]);
    await inTransaction(api.db, (tx) => deleteHook(tx, { definitionId, hook: id, actor }));
    expect([(await call(fourth)).status, (await call(third)).status]).toEqual([401, 401]);
    const [left] = await api.db.query(`select secret, former_secret from hooks where id = $1`, [
      id,
    ]);
    expect(left).toEqual({ secret: '', formerSecret: null });
    const deliveries = await api.db.query('select from hook_deliveries where hook_id = $1', [id]);
    expect(deliveries).toEqual([]);
    expect((await call({ hook: made.hook, secret: '' })).status).toBe(401);
  });

  it('is held to a pace, by itself', async () => {
    const made = await hookOf();
    const { id } = made.hook;
    const first = await call(made, { id: 'first' });
    await api.db.query(
      `insert into hook_deliveries (hook_id, delivery_id, body_digest, instance_id, status)
       select $1, 'filler-' || n, '', $2, 'working' from generate_series(1, 59) n`,
      [id, Number(first.body['id'])],
    );
    const { status, body, answer } = await call(made);
    expect([status, body['error_code']]).toEqual([429, 'too_many_requests']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call(made, { id: 'first' })).body).toEqual(first.body);
    expect((await call(await hookOf())).status).toBe(201);
    await api.db.query(
      `update hook_deliveries set at = at - interval '8 days' where delivery_id like 'filler-%'`,
    );
    expect((await call(made)).status).toBe(201);
    const [{ left } = { left: -1 }] = await api.db.query<{ left: number }>(
      'select count(*) as left from hook_deliveries where hook_id = $1',
      [id],
    );
    expect(left).toBe(2);
  });

  it('shows its secret to nobody, in no table but its own and in no log', async () => {
    const made = await hookOf(['A=a']);
    await call(made, { body: '{"a":1}' });
    await call(made, { body: '{' });
    await call(made, { secret: 'wrong' });
    const tables = await api.db.query<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'hooks'`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const { name } of tables) {
      const rows = await api.db.query(
        `select from "${name}" as t where position($1 in t::text) > 0`,
        [made.secret],
      );
      expect([name, rows.length]).toEqual([name, 0]);
    }
    expect(api.logged.join('\n')).not.toContain(made.secret);
    expect(api.logged.join('\n')).toContain('a hook was called without its signature');
  });
});

describe('what is sent to hooks', () => {
  it('is read up to its limit, and no more', async () => {
    const made = await hookOf(['A=a']);
    const body = (bytes: number) => `{"a":1,"b":"${'x'.repeat(bytes - 14)}"}`;
    expect((await call(made, { body: body(1_024 * 1_024) })).status).toBe(201);
    const large = await call(made, { body: body(1_024 * 1_024 + 1) });
    expect([large.status, large.body['error_code']]).toEqual([413, 'payload_too_large']);
    // The same without a length that could be looked at first.
    const unmeasured = await fetch(`${api.url}/v1/hooks/${made.hook.id}`, {
      method: 'POST',
      body: new Blob([Buffer.alloc(4 * 1_024 * 1_024)]).stream(),
      duplex: 'half',
    }).then(
      ({ status }) => status,
      () => 'broken off',
    );
    expect([413, 'broken off']).toContain(unmeasured);
    expect((await call(made, { body: '{"a":1}' })).status).toBe(201);
  });

  it('cannot be made to break anything: depth, keys that are there twice, prototypes', async () => {
    const made = await hookOf(['A=a']);
    const deep = (open: string, close: string) =>
      `{"a":"x","deep":${open.repeat(10_000)}1${close.repeat(10_000)}}`;
    expect((await call(made, { body: deep('[', ']') })).status).toBe(201);
    expect((await call(made, { body: deep('{"a":', '}') })).status).toBe(201);
    expect(
      (await call(made, { body: `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}` })).status,
    ).toBe(422);
    const twice = await call(made, { body: '{"a":"first","a":"second"}' });
    expect((await findInstance(api.db, Number(twice.body['id'])))?.env).toEqual({ A: 'second' });
    const hidden = [
      '{"__proto__":{"a":"x"}}',
      '{"constructor":{"prototype":{"a":"x"}}}',
      '[]',
      '"a"',
    ];
    for (const body of hidden) expect((await call(made, { body })).status).toBe(422);
    const proto = await hookOf(['__proto__=__proto__', 'B=constructor']);
    const own = await call(proto, { body: '{"__proto__":"p","constructor":"c"}' });
    expect(own.status).toBe(201);
    expect(({} as Record<string, unknown>)['p']).toBeUndefined();
  });

  it('lands whole in the environment, or is refused', async () => {
    const made = await hookOf(['TEXT=text']);
    for (const text of hostileTexts) {
      await api.db.query('delete from hook_deliveries where hook_id = $1', [made.hook.id]);
      const { status, body } = await call(made, { body: JSON.stringify({ text }) });
      const fits = !/\0|\p{Surrogate}/u.test(text) && Buffer.byteLength(text) <= 16_384;
      expect([text.slice(0, 20), status]).toEqual([text.slice(0, 20), fits ? 201 : 422]);
      if (!fits) continue;
      expect((await findInstance(api.db, Number(body['id'])))?.env).toEqual({ TEXT: text });
    }
  });

  it("is answered in the API's shape whatever it is", async () => {
    const made = await hookOf(['A=a']);
    const path = fc.oneof(fc.constant(String(made.hook.id)), fc.webPath(), fc.string());
    const request = fc.record({
      path: path.map((text) => encodeURIComponent(text)),
      body: fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant('{"a":1}')),
      signed: fc.boolean(),
      id: fc.stringMatching(/^[\x20-\x7e]{0,300}$/),
      type: fc.constantFrom('application/json', 'text/plain', 'multipart/form-data', 'x', ''),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ path: at, body, signed, id, type }) => {
        await api.db.query('delete from hook_deliveries where hook_id = $1', [made.hook.id]);
        const bytes = Buffer.from(body);
        const answer = await fetch(`${api.url}/v1/hooks/${at}`, {
          method: 'POST',
          headers: {
            'content-type': type,
            'x-kuroko2-id': id,
            'x-kuroko2-signature': sign(signed ? made.secret : 'x', bytes),
          },
          body: bytes,
        });
        const said = (await answer.json()) as Record<string, unknown>;
        expect([201, 401, 404, 409, 422]).toContain(answer.status);
        const shape = answer.status === 201 ? ['id', 'status'] : errorShape;
        expect(Object.keys(said)).toEqual(shape);
      }),
      { numRuns: 150 },
    );
  });
});

describe('/v1/definitions/:id/hooks', () => {
  const send = (method: string, path: string, body?: unknown, authorization = api.authorization) =>
    fetch(`${api.url}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  it('makes, lists, rotates and removes them', async () => {
    const { id } = await api.save({});
    const path = `/v1/definitions/${id}/hooks`;
    const made = await send('POST', path, { name: ' deploy ', env: { GIT_REF: '/ref' } });
    expect(made.status).toBe(201);
    const { secret, ...hook } = (await made.json()) as Record<string, unknown> & { id: number };
    expect(hook).toEqual({
      id: expect.any(Number) as number,
      name: 'deploy',
      url: `/v1/hooks/${hook.id}`,
      env: { GIT_REF: '/ref' },
      created_by: 'test_client_name',
      created_at: expect.stringMatching(/Z$/) as string,
      rotated_at: null,
      former_secret_until: null,
      last_used_at: null,
    });
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await (await send('GET', path)).json()).toEqual([hook]);
    const rotated = await send('POST', `${path}/${hook.id}/rotate`);
    expect(rotated.status).toBe(200);
    expect(await rotated.json()).toMatchObject({
      id: hook.id,
      secret: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      former_secret_until: expect.stringMatching(/Z$/) as string,
    });
    const again = await send('POST', path, { name: 'DEPLOY' });
    expect(again.status).toBe(409);
    expect((await send('DELETE', `${path}/${hook.id}`)).status).toBe(204);
    expect((await send('DELETE', `${path}/${hook.id}`)).status).toBe(404);
    expect(await (await send('GET', path)).json()).toEqual([]);
    expect((await send('POST', path, { name: 'deploy' })).status).toBe(201);
    const audits = await api.db.query<{ action: string }>(
      `select action from audit where definition_id = $1 and action like '%-hook' order by id`,
      [id],
    );
    expect(audits.map(({ action }) => action)).toEqual([
      'create-hook',
      'rotate-hook',
      'remove-hook',
      'create-hook',
    ]);
  });

  it('says everything that is wrong, and whom it is not for', async () => {
    const { id } = await api.save({});
    const path = `/v1/definitions/${id}/hooks`;
    for (const body of [{}, { name: '' }, { name: 'a\nb' }, { name: 'x'.repeat(81) }, []]) {
      expect((await send('POST', path, body)).status).toBe(422);
    }
    const bad = await send('POST', path, { name: '', env: { 'A-B': 'a', C: '' } });
    expect(bad.status).toBe(422);
    const wrong = await send('POST', path, { name: '', env: { C: '' } });
    expect(((await wrong.json()) as { message: string }).message).toBe(
      'The hook cannot be made. name: must not be blank. "C" needs the place of its value in the body: C=ref, C=/commits/0/id.',
    );
    expect((await send('POST', path, { name: 'a' }, 'Basic eDp5')).status).toBe(401);
    expect((await send('GET', path, undefined, 'Basic eDp5')).status).toBe(401);
    expect((await send('POST', '/v1/definitions/999999/hooks', { name: 'a' })).status).toBe(404);
    const other = await hookOf();
    expect((await send('DELETE', `${path}/${other.hook.id}`)).status).toBe(404);
    expect((await send('POST', `${path}/${other.hook.id}/rotate`)).status).toBe(404);
    expect((await call(other)).status).toBe(201);
    for (let n = 0; n < 20; n += 1) await send('POST', path, { name: `hook ${n}` });
    expect((await send('POST', path, { name: 'one more' })).status).toBe(422);
  });
});

it('answers who sends slowly or half a body, and serves others meanwhile', async () => {
  const made = await hookOf();
  const socket = connect(api.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `POST /v1/hooks/${made.hook.id} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nX-Kuroko2-Id: a\r\n\r\n{"half`,
  );
  expect((await call(made)).status).toBe(201);
  socket.destroy();
  expect((await call(made)).status).toBe(201);
});

/** Reads the script from its standard input; in a process of its own, while this one answers. */
async function runScript(interpreter: string, script: string, env: Record<string, string>) {
  const child = spawn(interpreter, ['-'], { env, timeout: 20_000 });
  child.stdin.end(script);
  const [stdout, stderr] = await Promise.all([readText(child.stdout), readText(child.stderr)]);
  return { stdout, stderr };
}

describe('the examples of the README', () => {
  const [, part = ''] = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').split(
    /<!-- \/?hook examples -->/,
  );
  const interpreters: Readonly<Record<string, { path: string; lacking: boolean }>> = {
    sh: { path: 'sh', lacking: lacks('curl', 'openssl') },
    js: { path: process.execPath, lacking: false },
    perl: { path: 'perl', lacking: lacks('perl') },
  };
  const examples = [...part.matchAll(/```(\w+)\n([^]*?)```/g)].map(
    ([, language = '', text = '']) => ({
      language,
      text,
    }),
  );

  it('are in three languages', () => {
    expect(examples.map(({ language }) => language)).toEqual(Object.keys(interpreters));
  });

  for (const { language, text } of examples) {
    const { path: interpreter = '', lacking = false } = interpreters[language] ?? {};
    it.skipIf(lacking)(`launch in ${language}`, async () => {
      const { hook, secret } = await hookOf(['REF=ref']);
      const env = {
        PATH: process.env['PATH'] ?? '',
        HOOK_URL: `${api.url}/v1/hooks/${hook.id}`,
        HOOK_SECRET: secret,
      };
      const child = await runScript(interpreter, text, env);
      expect([child.stdout, child.stderr]).toEqual([
        expect.stringMatching(/^\{"id":\d+,"status":"working"\}/),
        '',
      ]);
      const { id } = JSON.parse(child.stdout) as { id: number };
      expect((await findInstance(api.db, id))?.env).toEqual({ REF: 'refs/heads/main' });
    });
  }
});

describe('kuroko hook', () => {
  it('makes, shows, rotates and removes', async () => {
    const { id } = await api.save({ name: 'hooked from a shell' });
    const kuroko = cliWith({ DATABASE_URL: api.db.url });
    const made = await kuroko('hook', String(id), 'create', 'deploy', 'REF=ref');
    expect(made).toMatchObject({ code: 0, stderr: 'The secret is not shown again.\n' });
    const [, number = '', secret = ''] =
      /^address: http:\/\/localhost:5000\/v1\/hooks\/(\d+)\nsecret: (\w{64})\nfrom the body: REF=ref\n$/.exec(
        made.stdout,
      ) ?? [];
    const hook = { hook: { id: Number(number) }, secret } as HookWithSecret;
    expect((await call(hook, { body: '{"ref":"x"}' })).status).toBe(201);
    const shown = JSON.parse((await kuroko('hook', String(id), '--json')).stdout) as unknown;
    expect(shown).toMatchObject({
      hooks: [{ id: Number(number), name: 'deploy', env: { REF: 'ref' } }],
    });
    expect(JSON.stringify(shown)).not.toContain(secret);
    const rotated = await kuroko('hook', String(id), 'rotate', 'deploy');
    expect(rotated.stderr).toContain('The one before is taken for 60 minutes more.');
    expect((await kuroko('hook', String(id), 'remove', 'deploy')).stdout).toBe('removed deploy\n');
    expect((await call(hook, { body: '{"ref":"x"}' })).status).toBe(401);
    const wrong = await kuroko('hook', String(id), 'rotate');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('After the job comes')]);
  });
});
