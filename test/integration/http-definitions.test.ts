import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDefinition } from '../../src/store/definitions.ts';
import { schedulesOf, suspendSchedulesOf } from '../../src/store/schedules.ts';
import { adminsOf } from '../../src/store/users.ts';
import { basic, startApiServer, type ApiServer } from '../support/api-server.ts';
import oracle from '../fixtures/oracle/job_definition_validation.json' with { type: 'json' };

let api: ApiServer;
let alice: number;
beforeAll(async () => {
  api = await startApiServer({
    apiClients: [
      { name: 'test_client_name', key: 'secret_key' },
      { name: 'reports', key: 'report_key', tags: ['report'] },
    ],
  });
  const { id } = await api.save({ name: 'first' });
  alice = (await adminsOf(api.db, id))[0]?.id ?? 0;
});
afterAll(() => api.stop());

/** What the tests below look at, of whatever was answered. */
interface Body extends Readonly<Record<string, unknown>> {
  readonly id: number;
  readonly message: string;
  readonly error_code: string;
  readonly description: string;
}
type Answer = { status: number; body: Body; headers: Headers };

async function ask(
  method: string,
  path: string,
  body?: object | URLSearchParams,
  authorization = api.authorization,
): Promise<Answer> {
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(api.url + path, {
    method,
    headers: {
      authorization,
      ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: JSON.parse(text === '' ? 'null' : text) as Body,
    headers: response.headers,
  };
}

/** What Kuroko2's own tests send, as a form. */
const form = (fields: Readonly<Record<string, string | readonly string[]>>): URLSearchParams =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' ? [[name, value]] : value.map((one) => [`${name}[]`, one]),
    ),
  );
const valid = () => ({
  name: 'test',
  description: 'description',
  script: 'noop:',
  notify_cancellation: '1',
  hipchat_room: '',
  hipchat_notify_finished: '1',
  suspended: 'false',
  prevent_multi: '1',
  hipchat_additional_text: '',
  api_allowed: '1',
  slack_channel: '',
  webhook_url: '',
  user_id: [String(alice)],
});

describe("a client of Kuroko2's API", () => {
  it('makes, reads, changes and deletes a definition with forms', async () => {
    const made = await ask(
      'POST',
      '/v1/definitions',
      form({ ...valid(), tags: ['awesome', 'sauce'], cron: ['0 0 1,15 * *', '0 */7 * * *'] }),
    );
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect(made.headers.get('location')).toBe(`/v1/definitions/${id}`);
    const resource = {
      id,
      name: 'test',
      description: 'description',
      script: 'noop:',
      tags: ['awesome', 'sauce'],
      cron: ['0 0 1,15 * *', '0 */7 * * *'],
      notify_cancellation: true,
      suspended: false,
      prevent_multi: 1,
      slack_channel: '',
      user_id: [alice],
    };
    expect(JSON.stringify(made.body)).toBe(JSON.stringify(resource));
    const read = await ask('GET', `/v1/definitions/${id}`);
    expect([read.status, JSON.stringify(read.body)]).toEqual([200, JSON.stringify(resource)]);

    const put = form({ ...valid(), script: 'echo: Hello', cron: ['0 0 1 * *'], tags: ['new-tag'] });
    const changed = await ask('PUT', `/v1/definitions/${id}`, put);
    expect([changed.status, changed.body]).toEqual([204, null]);
    expect((await ask('GET', `/v1/definitions/${id}`)).body).toEqual({
      ...resource,
      script: 'echo: Hello',
      cron: ['0 0 1 * *'],
      tags: ['new-tag'],
    });

    const deleted = await ask('DELETE', `/v1/definitions/${id}`);
    expect([deleted.status, deleted.body]).toEqual([204, null]);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? { name: 'x' } : undefined;
      const gone = await ask(method, `/v1/definitions/${id}`, body);
      expect([gone.status, gone.body.error_code]).toEqual([404, 'record_not_found']);
    }
  });

  it('lists definitions by id, those with all of some tags', async () => {
    const one = await api.save({ name: 'one', tags: ['foo'] });
    const two = await api.save({ name: 'two', tags: ['bar', 'foo'] });
    const ids = async (query: string) =>
      ((await ask('GET', `/v1/definitions${query}`)).body as unknown as Body[]).map(({ id }) => id);
    const all = await ids('');
    expect(all).toEqual(all.toSorted((a, b) => a - b));
    expect(all).toEqual(expect.arrayContaining([one.id, two.id]));
    expect(await ids('?tags[]=foo')).toEqual([one.id, two.id]);
    expect(await ids('?tags%5B%5D=foo&tags%5B%5D=bar')).toEqual([two.id]);
    expect(await ids('?tags=bar')).toEqual([two.id]);
    expect(await ids('?tags[]=nowhere')).toEqual([]);
  });

  it('is given a description to fill in where it has none', async () => {
    const { body } = await ask('POST', '/v1/definitions', {
      name: 'plain',
      script: 'noop:',
      user_id: [alice],
    });
    for (const heading of ['Failure Affects', 'Workaround', 'Recovery Procedures']) {
      expect(body.description).toContain(`## ${heading}\n`);
    }
    expect(body).toMatchObject({ prevent_multi: 1, tags: [], cron: [], suspended: false });
  });
});

describe('PUT', () => {
  it('leaves what it does not name, zones and suspend schedules included', async () => {
    const { body } = await ask('POST', '/v1/definitions', {
      ...valid(),
      tags: ['kept'],
      cron: ['0 1 * * *', '0 2 * * *'],
      slack_channel: '#kept',
      hipchat_additional_text: '@oncall',
    });
    const before = await findDefinition(api.db, body.id);
    await api.db.query(`update schedules set time_zone = 'Asia/Tokyo' where definition_id = $1`, [
      body.id,
    ]);
    await api.db.query(
      `insert into suspend_schedules (definition_id, cron) values ($1, '* * 1 1 *')`,
      [body.id],
    );
    expect((await ask('PUT', `/v1/definitions/${body.id}`, { suspended: true })).status).toBe(204);
    expect(await findDefinition(api.db, body.id)).toEqual({
      ...before,
      suspended: true,
      version: 2,
      updatedAt: expect.any(Date) as Date,
    });
    expect((await adminsOf(api.db, body.id)).map(({ id }) => id)).toEqual([alice]);

    await ask('PUT', `/v1/definitions/${body.id}`, { cron: ['0 2 * * *', '0 3 * * *'] });
    const schedules = await schedulesOf(api.db, [body.id]);
    expect(schedules.map(({ cron, timeZone }) => [cron, timeZone])).toEqual([
      ['0 2 * * *', 'Asia/Tokyo'],
      ['0 3 * * *', null],
    ]);
    expect(await suspendSchedulesOf(api.db, body.id)).toEqual(['* * 1 1 *']);
    await ask('PUT', `/v1/definitions/${body.id}`, { cron: [], slack_channel: '' });
    expect(await schedulesOf(api.db, [body.id])).toEqual([]);
    expect(await suspendSchedulesOf(api.db, body.id)).toEqual([]);
    expect((await findDefinition(api.db, body.id))?.slackChannel).toBeNull();
  });

  it('takes back a script that was read with its secrets masked', async () => {
    const script = 'env: API_TOKEN=tr0ub4dor&3\nexecute: ./call tr0ub4dor&3\n';
    const { id } = await api.save({ name: 'secretive', script });
    const { body } = await ask('GET', `/v1/definitions/${id}`);
    expect(JSON.stringify(body)).not.toContain('tr0ub4dor');
    await ask('PUT', `/v1/definitions/${id}`, { ...body, name: 'renamed' });
    expect(await findDefinition(api.db, id)).toMatchObject({ name: 'renamed', script });
    const lost = await ask('PUT', `/v1/definitions/${id}`, { script: 'execute: ./other ***\n' });
    expect([lost.status, lost.body.message]).toEqual([
      422,
      expect.stringContaining('`***` stands for a secret'),
    ]);
    expect((await findDefinition(api.db, id))?.script).toBe(script);
  });
});

describe('what is wrong', () => {
  it('is told all at once, by the names of the API, and nothing is made', async () => {
    const before = (await ask('GET', '/v1/definitions')).body;
    const { status, body } = await ask('POST', '/v1/definitions', {
      name: ' ',
      description: '',
      script: 'execute\nnonsense: 1',
      tags: ['x'.repeat(101), 7],
      cron: ['hotdogs', '0 0 31 2 *'],
      prevent_multi: 4,
      suspended: 'perhaps',
      slack_channel: '#a.b',
      webhook_url: 'ftp://x',
      hipchat_room: '..',
      hipchat_additional_text: 'x'.repeat(181),
      user_id: [999_999],
    });
    expect([status, body.error_code]).toEqual([422, 'unprocessable_entity']);
    for (const problem of [
      'name: must not be blank.',
      'description: must not be blank.',
      'script: (line 1)',
      'tags.1: must be a string, not a number.',
      'cron.0: ',
      'cron.1: ',
      'prevent_multi: must be 0, 1, 2 or 3.',
      'suspended: must be true or false.',
      'slack_channel: must start with #',
      'webhook_url: must be an http or https URL.',
      'hipchat_room: must be the name or the number of a room.',
      'hipchat_additional_text: is too long (maximum is 180 characters).',
      'user_id: there is no user 999999.',
    ]) {
      expect(body.message).toContain(problem);
    }
    expect((await ask('GET', '/v1/definitions')).body).toEqual(before);
  });

  it('is also a definition without anything, or without admins', async () => {
    const { status, body } = await ask('POST', '/v1/definitions');
    expect(status).toBe(422);
    expect(body.message).toBe(
      'The definition cannot be saved. script: must not be blank. name: must not be blank. user_id: a definition needs at least one admin.',
    );
    const noList = await ask('POST', '/v1/definitions', []);
    expect([noList.status, noList.body.message]).toEqual([
      422,
      expect.stringContaining('The body must be an object, not an array.'),
    ]);
  });

  it('is a script that names a definition that there is not', async () => {
    const { body } = await ask('POST', '/v1/definitions', {
      ...valid(),
      script: 'sub_process: 999999',
    });
    expect(body.message).toContain('script: (line 1) Given Job Definition ID not found: 999999');
  });

  it('is never text that the database cannot store', async () => {
    for (const field of Object.keys(valid()).filter(
      (name) => !/_multi|suspended|notify|allowed|user/.test(name),
    )) {
      for (const text of ['a\0b', '\ud800']) {
        const { status, body } = await ask('POST', '/v1/definitions', {
          ...valid(),
          [field]: text,
        });
        expect([field, status]).toEqual([field, 422]);
        expect(body.message).toContain(`${field}: `);
      }
    }
  });

  // An address without a host is refused: nothing could ever be sent there.
  const differs = ['job_definition_validation-19'];
  it.each(oracle.filter(({ id }) => !differs.includes(id)))(
    'is what Kuroko2 found wrong: $id',
    async ({ input, expected }) => {
      const { status } = await ask('POST', '/v1/definitions', { ...valid(), ...input });
      const refused = 'error' in expected || Object.keys(expected.errors ?? {}).length > 0;
      expect(status).toBe(refused ? 422 : 201);
    },
  );
});

describe('DELETE', () => {
  it('is a 409 while an instance has not ended, and keeps what has', async () => {
    const { id } = await api.save({ name: 'busy' });
    const launched = await ask('POST', `/v1/definitions/${id}/instances`);
    const instance = launched.body.id;
    const refused = await ask('DELETE', `/v1/definitions/${id}`);
    expect([refused.status, refused.body.error_code]).toEqual([409, 'conflict']);
    expect(refused.body.message).toContain(`#${instance}`);
    await api.db.query(
      `update instances set status = 'canceled', canceled_at = now() where id = $1`,
      [instance],
    );
    expect((await ask('DELETE', `/v1/definitions/${id}`)).status).toBe(204);
    expect((await ask('GET', `/v1/definitions/${id}/instances/${instance}`)).body).toEqual({
      id: instance,
      status: 'canceled',
    });
    expect((await ask('POST', `/v1/definitions/${id}/instances`)).status).toBe(404);
  });

  it('leaves nothing that launches it', async () => {
    const { body } = await ask('POST', '/v1/definitions', { ...valid(), cron: ['* * * * *'] });
    expect((await ask('DELETE', `/v1/definitions/${body.id}`)).status).toBe(204);
    expect(await schedulesOf(api.db, [body.id])).toEqual([]);
    const [audit] = await api.db.query<{ actorName: string }>(
      `select actor_name from audit where action = 'delete' and definition_id = $1`,
      [body.id],
    );
    expect(audit?.actorName).toBe('test_client_name');
  });
});

describe('a key for some tags', () => {
  const report = () => basic('reports', 'report_key');

  it('lists, makes and changes only what has one of them', async () => {
    const other = await api.save({ name: 'other' });
    const made = await ask('POST', '/v1/definitions', { ...valid(), tags: ['report'] }, report());
    expect(made.status).toBe(201);
    const listed = (await ask('GET', '/v1/definitions', undefined, report()))
      .body as unknown as Body[];
    expect(listed.map(({ id }) => id)).toEqual([made.body.id]);
    expect((await ask('POST', '/v1/definitions', valid(), report())).status).toBe(403);
    for (const { id, tags, status } of [
      { id: made.body.id, tags: ['report', 'more'], status: 204 },
      { id: made.body.id, tags: ['more'], status: 403 },
      { id: other.id, tags: ['report'], status: 403 },
    ]) {
      expect((await ask('PUT', `/v1/definitions/${id}`, { tags }, report())).status).toBe(status);
    }
    expect((await findDefinition(api.db, made.body.id))?.tags).toEqual(['report', 'more']);
  });
});

describe('statistics', () => {
  it('count what is open, and what waits too long, queue by queue', async () => {
    const { id } = await api.save({ name: 'counted', script: 'queue: slow\nexecute: true\n' });
    const before = (await ask('GET', '/v1/stats/instance')).body;
    await ask('POST', `/v1/definitions/${id}/instances`);
    expect((await ask('GET', '/v1/stats/instance')).body).toEqual({
      'kuroko2.job_instances.working': Number(before['kuroko2.job_instances.working']) + 1,
      'kuroko2.job_instances.error': before['kuroko2.job_instances.error'],
    });
    const waiting = async () =>
      (await ask('GET', '/v1/stats/waiting_execution')).body['kuroko2.executions.waiting.slow'];
    expect(await waiting()).toBe(0);
    await api.db.query(
      `update executions set created_at = now() - interval '4 minutes' where queue = 'slow'`,
    );
    expect(await waiting()).toBe(1);
  });

  it('need no key where they are public', async () => {
    const open = await startApiServer({ publicStats: true });
    try {
      for (const path of ['/v1/stats/instance', '/v1/stats/waiting_execution']) {
        const response = await fetch(open.url + path);
        expect(response.status).toBe(200);
        expect(response.headers.get('etag')).toMatch(/^W\/"/);
      }
      expect((await fetch(`${open.url}/v1/definitions`)).status).toBe(401);
    } finally {
      await open.stop();
    }
  });
});
