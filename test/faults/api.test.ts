import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { apiScopes } from '../../src/config.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { long } from '../support/form.ts';
import {
  operationsOf,
  requestTo,
  type FuzzedRequest,
  type Operation,
} from '../support/request-arbitrary.ts';

const requests = long ? 10_000 : 250;
const atOnce = 8;
const slowestMs = 10_000;
const mostGrowth = 40_000_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it(`answers ${requests} requests made of its own document: no 500, no hang, no growth`, async () => {
  const api = await startApiServer({
    apiClients: [{ name: 'test_client_name', key: 'secret_key', scopes: apiScopes }],
  });
  onTestFinished(() => api.stop());
  const operations = await documented(api);
  const ids = await someIds(api);
  const made = fc.sample(
    fc.constantFrom(...operations).chain((operation) => requestTo(operation, ids)),
    { numRuns: requests, seed: long ? Date.now() : 42 },
  );
  const wrong: string[] = [];
  const statuses = new Map<number, number>();
  const before: number[] = [];
  const left = made.entries();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const [index, request] of left) {
        const answer = await send(api, request).catch((error: unknown) => String(error));
        const problem = problemOf(request.operation, answer);
        if (problem !== null) wrong.push(`${described(request)}: ${problem}`);
        if (typeof answer !== 'string') {
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        }
        if (index === Math.floor(requests / 4)) before.push(heapUsed());
      }
    }),
  );
  expect(wrong).toEqual([]);
  expect(heapUsed() - (before[0] ?? 0)).toBeLessThan(mostGrowth);
  // It was not all refused, nor all let through.
  for (const status of [200, 201, 400, 404, 422]) {
    expect([status, statuses.get(status) ?? 0]).not.toEqual([status, 0]);
  }
  // And it is as it was for others.
  const headers = { authorization: api.authorization };
  expect((await fetch(`${api.url}/v1/definitions`, { headers })).status).toBe(200);
});

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

async function documented(api: ApiServer): Promise<Operation[]> {
  const headers = { authorization: api.authorization };
  const document = await (await fetch(`${api.url}/openapi.json`, { headers })).json();
  return operationsOf(document as Parameters<typeof operationsOf>[0]);
}

/** Some that are there: the requests themselves add to them, and take away. */
async function someIds(api: ApiServer): Promise<Record<string, number[]>> {
  const definitions: number[] = [];
  const instances: number[] = [];
  for (let count = 0; count < 6; count += 1) {
    const { id } = await api.save({ name: `fuzzed ${count}`, tags: ['fuzzed'] });
    definitions.push(id);
    const launched = await fetch(`${api.url}/v1/definitions/${id}/instances`, {
      method: 'POST',
      headers: { authorization: api.authorization },
    });
    instances.push(((await launched.json()) as { id: number }).id);
  }
  return { id: definitions, instance_id: instances, schedule_id: [1, 2], suspend_id: [1, 2] };
}

interface Answered {
  readonly status: number;
  readonly text: string;
}

async function send(api: ApiServer, request: FuzzedRequest): Promise<Answered> {
  const response = await fetch(api.url + request.address, {
    method: request.operation.method,
    headers: { ...request.headers, authorization: api.authorization },
    body: request.body,
    signal: AbortSignal.timeout(slowestMs),
  });
  return { status: response.status, text: await response.text() };
}

const refused = z.strictObject({
  status_code: z.int(),
  error_code: z.string(),
  message: z.string().regex(/^[A-Z"`].*[.}]$/s),
});

const schemas = new Map<object, z.ZodType>();

/** Null when it is one of the answers that the document tells of. */
function problemOf({ answers }: Operation, answer: Answered | string): string | null {
  if (typeof answer === 'string') return answer;
  const { status, text } = answer;
  if (status >= 500) return `${status} ${text}`;
  if (status === 204) return text === '' ? null : 'a 204 with a body';
  const said = answers[status];
  const schema = status >= 400 ? refused : said && schemaOf(said);
  if (schema === undefined) return `${status} is not told of`;
  const checked = schema.safeParse(JSON.parse(text));
  return checked.success ? null : `${status} ${text.slice(0, 300)}: ${checked.error.message}`;
}

function schemaOf(json: object): z.ZodType {
  const known = schemas.get(json) ?? z.fromJSONSchema(json as never);
  schemas.set(json, known);
  return known;
}

function described({ operation, address, headers, body }: FuzzedRequest): string {
  const sent = body === null ? '' : Buffer.from(body).toString('latin1').slice(0, 200);
  return `${operation.method} ${address.slice(0, 200)} ${JSON.stringify(headers)} ${JSON.stringify(sent)}`;
}
