import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { handWorker } from '../support/hand-worker.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

async function ask(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(api.url + path, {
    method,
    headers: {
      authorization: api.authorization,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

let queues = 0;

/** An instance of a script whose commands a test ends by hand. */
async function launched(script: string) {
  const queue = `operate-${(queues += 1)}`;
  const { id } = await api.save({ name: queue, script: `queue: ${queue}\n${script}` });
  const { body } = await ask('POST', `/v1/definitions/${id}/instances`);
  const worker = await handWorker(api.db, queue);
  return {
    worker,
    instance: Number(body['id']),
    path: `/v1/definitions/${id}/instances/${Number(body['id'])}`,
  };
}

describe('retry and skip', () => {
  it('go on from the failed step, or after it, each once', async () => {
    const { worker, instance, path } = await launched('execute: first\nexecute: second\n');
    await worker.end(await worker.claim(), 1);
    expect((await ask('GET', path)).body).toEqual({ id: instance, status: 'error' });

    const key = { 'idempotency-key': 'once' };
    const retried = await ask('POST', `${path}/retry`, undefined, key);
    expect(retried).toEqual({ status: 200, body: { id: instance, status: 'working' } });
    expect((await ask('POST', `${path}/retry`, undefined, key)).status).toBe(200);
    const late = await ask('POST', `${path}/retry`);
    expect(late.status).toBe(409);
    expect(late.body['message']).toMatch(/^Already retried by test_client_name .* Now: working\.$/);

    await worker.end(await worker.claim(), 1);
    expect((await ask('POST', `${path}/skip`)).body).toEqual({ id: instance, status: 'working' });
    await worker.end(await worker.claim(), 0);
    expect((await ask('GET', path)).body).toEqual({ id: instance, status: 'success' });
  });

  it('are a 409 with the candidates where several can be meant, and take the one that is named', async () => {
    const { worker, path } = await launched('fork:\n  execute: one\n  execute: two\n');
    await worker.end(await worker.claim(), 1);
    await worker.end(await worker.claim(), 1);
    const many = await ask('POST', `${path}/retry`);
    expect(many.status).toBe(409);
    const tokens = [...String(many.body['message']).matchAll(/(\d+) \/1-fork\/\d-execute/g)];
    expect(tokens).toHaveLength(2);
    const token = Number(tokens[0]?.[1]);
    expect((await ask('POST', `${path}/retry`, { token, attempt: 99 })).status).toBe(409);
    expect((await ask('POST', `${path}/retry`, { token })).status).toBe(200);
  });

  it('tell every mistake of their body', async () => {
    const { path } = await launched('execute: true\n');
    const { status, body } = await ask('POST', `${path}/retry`, { token: 'x', atempt: 1 });
    expect([status, body['message']]).toEqual([
      422,
      'The request has 2 mistakes. token: must be a number, not a string. atempt: is not known here.',
    ]);
  });
});

describe('cancel and terminate', () => {
  it('stop the instance, or its command only', async () => {
    const { worker, instance, path } = await launched('execute: sleep 60\n');
    expect((await ask('POST', `${path}/terminate`)).status).toBe(409);
    await worker.claim();
    expect((await ask('POST', `${path}/terminate`)).body).toEqual({
      id: instance,
      status: 'working',
    });
    const cancelled = await ask('POST', `${path}/cancel`);
    expect(cancelled).toEqual({ status: 200, body: { id: instance, status: 'canceled' } });
    const late = await ask('POST', `${path}/cancel`);
    expect([late.status, late.body['message']]).toEqual([
      409,
      expect.stringMatching(/^Already cancelled by test_client_name/),
    ]);
  });

  it('are for definitions that allow the API', async () => {
    const { path } = await launched('execute: true\n');
    await api.db.query('update definitions set api_allowed = false where id = $1', [
      path.split('/')[3],
    ]);
    for (const name of ['retry', 'skip', 'cancel', 'terminate']) {
      expect((await ask('POST', `${path}/${name}`)).status).toBe(403);
    }
    expect((await ask('GET', path)).status).toBe(200);
  });
});

describe('lists', () => {
  it('of instances go on where a page ended, by status and time', async () => {
    const { id } = await api.save({ name: 'listed' });
    const ids: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.unshift(Number((await ask('POST', `/v1/definitions/${id}/instances`)).body['id']));
    }
    const path = `/v1/definitions/${id}/instances`;
    type Page = { instances: { id: number; created_at: string }[]; next_cursor: string | null };
    const page = async (query: string) =>
      (await ask('GET', `${path}?${query}`)).body as unknown as Page;
    const first = await page('limit=2');
    expect(first.instances.map((row) => row.id)).toEqual(ids.slice(0, 2));
    const second = await page(`limit=3&cursor=${first.next_cursor}`);
    expect(second.instances.map((row) => row.id)).toEqual(ids.slice(2));
    const third = await page(`limit=3&cursor=${second.next_cursor}`);
    expect(third).toEqual({ instances: [], next_cursor: null });

    await ask('POST', `${path}/${ids[0]}/cancel`);
    const withStatus = async (query: string) => (await page(query)).instances.map((row) => row.id);
    expect(await withStatus('status=canceled')).toEqual([ids[0]]);
    expect(await withStatus('status[]=canceled&status[]=working')).toEqual(ids);
    const from = first.instances[1]?.created_at ?? '';
    expect(await withStatus(`from=${from}`)).toEqual(ids.slice(0, 2));
    const wrong = await ask('GET', `${path}?status=lost&from=today&cursor=x&limit=0&what=1`);
    expect(wrong.status).toBe(422);
    for (const field of ['status', 'from', 'cursor', 'limit', 'what']) {
      expect(wrong.body['message']).toContain(` ${field}: `);
    }
  });

  it('of log lines go on until the instance has ended and all is told', async () => {
    const { worker, path } = await launched('echo: hello\nexecute: true\n');
    type Page = { logs: { level: string; message: string }[]; next_cursor: string | null };
    const page = async (cursor: string | null) =>
      (await ask('GET', `${path}/logs?limit=1${cursor === null ? '' : `&cursor=${cursor}`}`))
        .body as unknown as Page;
    const first = await page(null);
    const second = await page(first.next_cursor);
    expect([...first.logs, ...second.logs].map(({ message }) => message)).toEqual([
      'Launched by test_client_name',
      'hello',
    ]);
    const waiting = await page(second.next_cursor);
    expect(waiting).toEqual({ logs: [], next_cursor: second.next_cursor });
    await worker.end(await worker.claim(), 0);
    let { next_cursor: cursor } = second;
    while (cursor !== null) ({ next_cursor: cursor } = await page(cursor));
  });

  it('of revisions name an address without what only its owner should know', async () => {
    const webhookUrl = 'https://someone:hunter22@hook.example/in?token=hunter23';
    const { id } = await api.save({ name: 'addressed', webhookUrl });
    const { body } = await ask('GET', `/v1/definitions/${id}/revisions`);
    const changes = (body['revisions'] as { changes: unknown[] }[]).flatMap((one) => one.changes);
    const after = 'https://***@hook.example/in?***';
    expect(changes).toContainEqual({ field: 'webhook_url', before: null, after });
    const audit = await api.db.query('select before, after from audit where definition_id = $1', [
      id,
    ]);
    expect(JSON.stringify(audit)).not.toContain('hunter2');
  });

  it('of schedules, the ledger, revisions and workers tell what there is', async () => {
    const { id } = await api.save({ name: 'told' });
    const path = `/v1/definitions/${id}`;
    const added = await ask('POST', `${path}/schedules`, {
      cron: '30 2 * * *',
      time_zone: 'Asia/Tokyo',
      catch_up: 'none',
    });
    expect(added.status).toBe(201);
    type Schedules = {
      schedules: { id: number }[];
      suspend_schedules: { id: number }[];
      launches: unknown[];
    };
    const { schedules, launches } = added.body as unknown as Schedules;
    expect(schedules).toMatchObject([
      { cron: '30 2 * * *', time_zone: 'Asia/Tokyo', catch_up: 'none', catch_up_cap: null },
    ]);
    expect(launches).toHaveLength(5);
    expect(
      (await ask('POST', `${path}/schedules`, { cron: '30 2 * * *', time_zone: 'Asia/Tokyo' }))
        .status,
    ).toBe(409);
    const wrong = await ask('POST', `${path}/schedules`, { cron: 'hotdogs', time_zone: 'Mars' });
    expect([wrong.status, wrong.body['error_code']]).toEqual([422, 'unprocessable_entity']);
    const suspended = await ask('POST', `${path}/suspend_schedules`, { cron: '* * 1 1 *' });
    const suspends = (suspended.body as unknown as Schedules).suspend_schedules;
    expect(suspends).toMatchObject([{ cron: '* * 1 1 *' }]);
    const removed = await ask('DELETE', `${path}/suspend_schedules/${suspends[0]?.id}`);
    expect(removed.body['suspend_schedules']).toEqual([]);
    expect((await ask('DELETE', `${path}/suspend_schedules/${suspends[0]?.id}`)).status).toBe(404);
    const none = await ask('DELETE', `${path}/schedules/${schedules[0]?.id}`);
    expect(none.body).toEqual({ schedules: [], suspend_schedules: [], launches: [] });

    const revisions = await ask('GET', `${path}/revisions?limit=2`);
    expect(revisions.body).toMatchObject({
      revisions: [
        { by: 'test_client_name', action: 'schedule' },
        { by: 'test_client_name', action: 'schedule' },
      ],
    });
    const older = await ask(
      'GET',
      `${path}/revisions?cursor=${String(revisions.body['next_cursor'])}`,
    );
    expect((older.body['revisions'] as { action: string }[]).at(-1)).toMatchObject({
      by: 'alice',
      action: 'create',
    });

    const why = await ask('GET', `${path}/why?at=2026-01-31T02:30:00Z`);
    expect(why.body['answers']).toMatchObject([{ cron: '30 2 * * *', time_zone: 'Asia/Tokyo' }]);
    expect((await ask('GET', `${path}/why?at=whenever`)).status).toBe(422);
    expect((await ask('GET', `${path}/ledger`)).body).toEqual({ ledger: [], next_cursor: null });

    await launched('execute: true\n');
    const workers = await ask('GET', '/v1/workers');
    expect((workers.body['executors'] as unknown[]).length).toBeGreaterThan(0);
  });
});
