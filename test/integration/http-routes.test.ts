import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiScopes, type ApiScope } from '../../src/config.ts';
import { editSchedules } from '../../src/operations/edit-schedules.ts';
import { createHook } from '../../src/operations/hooks.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { insertDeliveries } from '../../src/store/deliveries.ts';
import { listDeliveries } from '../../src/store/listed-deliveries.ts';
import { schedulesOf } from '../../src/store/schedules.ts';
import { beginSpreading } from '../../src/store/spreading.ts';
import { facts, member } from '../support/operations.ts';
import { basic, routesOfServer, startApiServer, type ApiServer } from '../support/api-server.ts';

/**
 * What each route of the server needs a key for, and a request that it grants. A route without a row
 * here fails.
 */
interface Row {
  /** A signature: no key is good for it. */
  readonly needs: ApiScope | 'any key' | 'nobody' | 'signature';
  /** Status of the answer to who may. */
  readonly grants: number;
  readonly body?: unknown;
  readonly query?: string;
}

/** The instance that it is asked for has ended: nothing is there to be done, which only who may learns. */
const operation: Row = { needs: 'operate', grants: 409 };

const rows: Readonly<Record<string, Row>> = {
  'GET /v1/definitions': { needs: 'read', grants: 200 },
  'POST /v1/definitions': {
    needs: 'edit',
    grants: 201,
    body: { name: 'made', script: 'noop:', admins: ['alice@example.com'] },
  },
  'GET /v1/definitions/{id}': { needs: 'read', grants: 200 },
  'PUT /v1/definitions/{id}': { needs: 'edit', grants: 204, body: { name: 'changed' } },
  'DELETE /v1/definitions/{id}': { needs: 'edit', grants: 204 },
  'POST /v1/definitions/{id}/instances': { needs: 'launch', grants: 201 },
  'GET /v1/definitions/{id}/instances': { needs: 'read', grants: 200 },
  'GET /v1/definitions/{id}/instances/{instance_id}': { needs: 'read', grants: 200 },
  'GET /v1/definitions/{id}/instances/{instance_id}/logs': { needs: 'read', grants: 200 },
  'GET /v1/definitions/{id}/instances/{instance_id}/output': { needs: 'read', grants: 200 },
  'POST /v1/definitions/{id}/instances/{instance_id}/retry': operation,
  'POST /v1/definitions/{id}/instances/{instance_id}/skip': operation,
  'POST /v1/definitions/{id}/instances/{instance_id}/cancel': operation,
  'POST /v1/definitions/{id}/instances/{instance_id}/terminate': operation,
  'GET /v1/definitions/{id}/schedules': { needs: 'read', grants: 200 },
  'POST /v1/definitions/{id}/schedules': {
    needs: 'edit',
    grants: 201,
    body: { cron: '30 2 * * *' },
  },
  'DELETE /v1/definitions/{id}/schedules/{schedule_id}': { needs: 'edit', grants: 200 },
  'POST /v1/definitions/{id}/suspend_schedules': {
    needs: 'edit',
    grants: 201,
    body: { cron: '* * 2 1 *' },
  },
  'DELETE /v1/definitions/{id}/suspend_schedules/{suspend_id}': { needs: 'edit', grants: 200 },
  'GET /v1/definitions/{id}/ledger': { needs: 'read', grants: 200 },
  'GET /v1/definitions/{id}/why': { needs: 'read', grants: 200, query: '?at=02:30' },
  'GET /v1/definitions/{id}/revisions': { needs: 'read', grants: 200 },
  'GET /v1/definitions/{id}/hooks': { needs: 'read', grants: 200 },
  'POST /v1/definitions/{id}/hooks': { needs: 'edit', grants: 201, body: { name: 'made' } },
  'POST /v1/definitions/{id}/hooks/{hook_id}/rotate': { needs: 'edit', grants: 200 },
  'DELETE /v1/definitions/{id}/hooks/{hook_id}': { needs: 'edit', grants: 204 },
  'POST /v1/hooks/{id}': { needs: 'signature', grants: 401 },
  'GET /v1/workers': { needs: 'read', grants: 200 },
  'GET /v1/deliveries': { needs: 'read', grants: 200 },
  'GET /v1/deliveries/{delivery_id}': { needs: 'read', grants: 200 },
  'POST /v1/deliveries/{delivery_id}/send-again': { needs: 'operate', grants: 200 },
  'POST /v1/deliveries/{delivery_id}/switch-on': { needs: 'administer', grants: 409 },
  'POST /v1/deliveries/test': {
    needs: 'administer',
    grants: 202,
    body: { target: 'webhook', endpoint: 'https://hooks.example/in' },
  },
  'GET /v1/stats/instance': { needs: 'read', grants: 200 },
  'GET /v1/stats/waiting_execution': { needs: 'read', grants: 200 },
  'GET /openapi.json': { needs: 'any key', grants: 200 },
  'GET /api': { needs: 'any key', grants: 200 },
  'GET /': { needs: 'read', grants: 200 },
  'GET /definitions': { needs: 'read', grants: 200 },
  'GET /definitions/{id}': { needs: 'read', grants: 200 },
  'GET /definitions/{id}/instances/{instance_id}': { needs: 'read', grants: 200 },
  'GET /healthz': { needs: 'nobody', grants: 200 },
  'GET /readyz': { needs: 'nobody', grants: 200 },
};

const only = (scope: ApiScope) => ({ name: `only ${scope}`, key: `key-${scope}`, scopes: [scope] });
const allBut = (scope: ApiScope) => ({
  name: `all but ${scope}`,
  key: `key-without-${scope}`,
  scopes: apiScopes.filter((other) => other !== scope),
});

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer({
    apiClients: [
      { name: 'all', key: 'key-all', scopes: apiScopes },
      { name: 'plain', key: 'key-plain' },
      { name: 'tagged', key: 'key-tagged', scopes: apiScopes, tags: ['mine', 'ours'] },
      ...apiScopes.flatMap((scope) => [only(scope), allBut(scope)]),
    ],
  });
  await beginSpreading(api.db, ['webhook']);
});
afterAll(() => api.stop());

async function ask(route: string, authorization?: string, target?: Target) {
  const [method = '', path = ''] = route.split(' ');
  const { id, instanceId, scheduleId, suspendId, deliveryId, hookId } =
    target ?? (await freshTarget());
  const address = path
    .replace('{id}', String(id))
    .replace('{instance_id}', String(instanceId))
    .replace('{schedule_id}', String(scheduleId))
    .replace('{suspend_id}', String(suspendId))
    .replace('{delivery_id}', String(deliveryId))
    .replace('{hook_id}', String(hookId));
  const { body, query = '' } = rows[route] ?? {};
  return fetch(api.url + address + query, {
    method,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    redirect: 'manual',
  });
}

interface Target {
  readonly id: number;
  readonly instanceId: number;
  readonly scheduleId: number;
  readonly suspendId: number;
  readonly deliveryId: number;
  readonly hookId: number;
}

/** Who may not come in does not learn what is there. */
const nowhere: Target = {
  id: 999,
  instanceId: 999,
  scheduleId: 999,
  suspendId: 999,
  deliveryId: 999,
  hookId: 999,
};

/** A definition whose only instance has ended: everything can be done to it. */
async function freshTarget(tags: readonly string[] = []): Promise<Target> {
  const { id } = await api.save({ name: 'target', script: 'noop:\n', tags });
  const launched = await fetch(`${api.url}/v1/definitions/${id}/instances`, {
    method: 'POST',
    headers: { authorization: basic('all', 'key-all') },
  });
  const { id: instanceId } = (await launched.json()) as { id: number };
  const wish = { definitionId: id, version: null, actor: member('alice') };
  const set = {
    schedules: [
      { cron: '0 1 * * *', timeZone: null, catchUp: null, catchUpWindow: null, catchUpCap: null },
    ],
    suspendSchedules: ['* * 1 1 *'],
  };
  await inTransaction(api.db, (tx) => editSchedules(tx, wish, () => set, facts));
  const [schedule] = await schedulesOf(api.db, [id]);
  const scheduleId = schedule?.id ?? 0;
  const hook = { definitionId: id, name: 'there', mapping: [], actor: wish.actor };
  const { hook: made } = await inTransaction(api.db, (tx) => createHook(tx, hook));
  const suspendId = schedule?.suspends[0]?.id ?? 0;
  return {
    id,
    instanceId,
    scheduleId,
    suspendId,
    hookId: made.id,
    deliveryId: await givenUp(id, instanceId),
  };
}

/** Something that was told of it, and could not be delivered. */
async function givenUp(definitionId: number, instanceId: number): Promise<number> {
  const request = { subject: 'Launched', body: '{}', headers: {} };
  const told = { target: 'webhook', endpoint: 'https://hooks.example/in', event: 'launch' };
  await inTransaction(api.db, (tx) =>
    insertDeliveries(tx, [
      {
        ...told,
        noticeId: 1,
        shownEndpoint: told.endpoint,
        definitionId,
        instanceId,
        request,
        dead: 'it answered 500',
      },
    ]),
  );
  const [row] = await listDeliveries(api.db, { definitionId, limit: 1 });
  return row?.id ?? 0;
}

const keyOf = ({ name, key }: { name: string; key: string }) => basic(name, key);

describe('the table', () => {
  it('has a row for every route of the server, and none for others', () => {
    expect(Object.keys(rows).toSorted()).toEqual(routesOfServer().toSorted());
  });
});

const all = Object.entries(rows).map(([route, row]) => ({ route, ...row }));
const open = all.filter(({ needs }) => needs === 'nobody');
const signed = all.filter(({ needs }) => needs === 'signature');
const closed = all.filter(({ needs }) => needs !== 'nobody' && needs !== 'signature');
const scoped = closed.flatMap(({ needs, ...row }) =>
  needs === 'any key' || needs === 'nobody' || needs === 'signature' ? [] : [{ ...row, needs }],
);

const wrongKeys = [
  undefined,
  '',
  'Bearer key-all',
  basic('all', 'key-al'),
  basic('nobody', 'key-all'),
];

describe('no key, or a wrong one', () => {
  it.each(open)('is no matter at $route', async ({ route, grants }) => {
    for (const key of wrongKeys) expect((await ask(route, key, nowhere)).status).toBe(grants);
  });

  it.each(closed)('is refused at $route', async ({ route }) => {
    for (const key of wrongKeys) {
      expect([key, (await ask(route, key, nowhere)).status]).toEqual([key, 401]);
    }
  });
});

describe('any key at all', () => {
  it.each(signed)('is no signature at $route', async ({ route, grants }) => {
    for (const key of [...wrongKeys, ...apiScopes.map((scope) => keyOf(only(scope)))]) {
      expect((await ask(route, key)).status).toBe(grants);
    }
  });
});

describe('the right key', () => {
  it.each(closed)('is granted $route', async ({ route, needs, grants }) => {
    const keys = apiScopes.filter((scope) => scope === needs || needs === 'any key').map(only);
    for (const key of keys) expect((await ask(route, keyOf(key))).status).toBe(grants);
    const plain = needs === 'administer' ? 403 : grants;
    expect((await ask(route, basic('plain', 'key-plain'))).status).toBe(plain);
  });
});

describe('a key without the scope', () => {
  it.each(scoped)('is refused at $route', async ({ route, needs }) => {
    const target = await freshTarget();
    expect((await ask(route, keyOf(allBut(needs)), target)).status).toBe(403);
    const before = await ask('GET /v1/definitions/{id}', basic('all', 'key-all'), target);
    expect(await before.json()).toMatchObject({ id: target.id, name: 'target' });
  });

  it('reads why', async () => {
    const response = await ask('GET /v1/definitions', keyOf(allBut('read')));
    expect(await response.json()).toEqual({
      status_code: 403,
      error_code: 'forbidden',
      message: 'This key lacks the scope "read".',
    });
  });
});

describe('a key for some tags', () => {
  it.each(scoped.filter(({ route }) => /\{(delivery_)?id\}/.test(route)))(
    'is refused at $route of others',
    async ({ route, grants }) => {
      const tagged = basic('tagged', 'key-tagged');
      expect((await ask(route, tagged, await freshTarget(['theirs']))).status).toBe(403);
      const own = await freshTarget(['ours', 'theirs']);
      expect((await ask(route, tagged, own)).status).toBe(grants);
    },
  );

  it('is refused what is about all definitions', async () => {
    const tagged = basic('tagged', 'key-tagged');
    for (const route of ['GET /v1/workers', 'GET /v1/deliveries', 'GET /v1/stats/instance']) {
      expect((await ask(route, tagged, nowhere)).status).toBe(403);
    }
  });
});
