/** Requests as an OpenAPI document allows them, and as people who mean no good send them. */
import fc, { type Arbitrary } from 'fast-check';

type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Json;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Json | null;
  /** By status, where it is JSON. */
  readonly answers: Readonly<Record<string, Json>>;
}

export interface FuzzedRequest {
  readonly operation: Operation;
  /** With its query. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
}
interface Documented {
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

export function operationsOf(document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
}): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody, responses }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: jsonOf(requestBody),
      answers: Object.fromEntries(
        Object.entries(responses).flatMap(([status, answer]) => {
          const schema = jsonOf(answer);
          return schema === null ? [] : [[status, schema] as const];
        }),
      ),
    })),
  );
}

const jsonOf = (content: Content | undefined): Json | null =>
  content?.content?.['application/json']?.schema ?? null;

/** `ids`: for parameters of an address, so that something is found now and then. */
export function requestTo(
  operation: Operation,
  ids: Readonly<Record<string, readonly number[]>>,
): Arbitrary<FuzzedRequest> {
  const { parameters } = operation;
  const path = parametersOf(parameters, 'path', (name, schema) =>
    fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...(ids[name] ?? [1])) }, valueOf(schema)),
  );
  const query = parametersOf(parameters, 'query', (_, schema) => valueOf(schema));
  const header = parametersOf(parameters, 'header', (_, schema) => valueOf(schema));
  const unknown = fc.dictionary(fc.string({ maxLength: 8 }), hostile, { maxKeys: 2 });
  return fc
    .record({ path, query, header, unknown: rarely(unknown, {}), body: bodyOf(operation) })
    .map((made) => ({
      operation,
      address: addressOf(operation.path, made.path, { ...made.query, ...made.unknown }),
      headers: { ...headersOf(made.header), ...made.body.headers },
      body: operation.method === 'GET' ? null : made.body.bytes,
    }));
}

function parametersOf(
  parameters: readonly Parameter[],
  place: Parameter['in'],
  valueFor: (name: string, schema: Json) => Arbitrary<unknown>,
): Arbitrary<Record<string, unknown>> {
  const mine = parameters.filter((parameter) => parameter.in === place);
  const values = mine.map(({ name, schema }) => [name, valueFor(name, schema)] as const);
  const required = mine.filter((parameter) => parameter.required).map(({ name }) => name);
  return fc.record(Object.fromEntries(values), {
    requiredKeys: place === 'path' ? required : required.slice(1),
  });
}

/** Most of the time what the schema says. */
export function valueOf(schema: Json): Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: fitting(schema) }, { weight: 1, arbitrary: hostile });
}

function fitting(schema: Json): Arbitrary<unknown> {
  const any = (schema['anyOf'] ?? schema['oneOf']) as readonly Json[] | undefined;
  if (any !== undefined) return fc.oneof(...any.map(valueOf));
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  if ('const' in schema) return fc.constant(schema['const']);
  const types = [schema['type'] ?? 'string'].flat() as string[];
  return fc.oneof(...types.map((type) => typed(type, schema)));
}

function typed(type: string, schema: Json): Arbitrary<unknown> {
  const bounds = schema as { minimum?: number; maximum?: number };
  switch (type) {
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: bounds.minimum ?? -5, max: Math.min(bounds.maximum ?? 50, 2 ** 31) }),
        fc.maxSafeInteger(),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valueOf((schema['items'] ?? {}) as Json), { maxLength: 4 });
    case 'object':
      return objectOf(schema);
    default:
      return fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 30 }));
  }
}

function objectOf(schema: Json): Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, Json>;
  const fields = Object.entries(properties).map(([name, field]) => [name, valueOf(field)] as const);
  const known = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
  const more = schema['additionalProperties'];
  if (typeof more !== 'object') return known;
  const names = fc.oneof(fc.constantFrom('A', 'B_2', '__proto__', 'a-b'), fc.string());
  return fc.dictionary(names, valueOf(more as Json), { maxKeys: 4 });
}

/** Things that mean something somewhere: names, crons, times, scripts, cursors. */
const words = [
  'nightly-report',
  '@daily',
  '*/5 * * * *',
  '0 0 31 2 *',
  'Asia/Tokyo',
  '#alerts',
  'https://example.com/hook?x=1',
  '2026-01-31T02:30:00Z',
  'yesterday 02:30',
  'execute: true\n',
  'fork:\n  execute: one\n  noop:\n',
  'env: A_TOKEN=tr0ub4dor&3\nexecute: echo $A_TOKEN\n',
  'WzFd',
  '1.1-0',
  '1',
];

/** What has broken other programs. */
const hostile: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    'line\nanother: 1\r\nX-Injected: 1',
    `'; drop table instances; --`,
    '$(id) `id` ${ID}',
    '{{constructor.constructor("return 1")()}}',
    '<script>alert(1)</script>',
    '%00%0a../../etc/passwd',
    '🦊\u202e\u0000\uffff',
    '__proto__',
    '-1',
    '1e400',
    '9'.repeat(400),
    'x'.repeat(20_000),
  ),
  fc.constantFrom(null, true, -1, 0, 1.5, 1e308, -1e308, 2 ** 53, [], {}, [[[[]]]], {
    a: { b: [] },
  }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

function bodyOf({ body: schema }: Operation): Arbitrary<{
  readonly bytes: FuzzedRequest['body'];
  readonly headers: Readonly<Record<string, string>>;
}> {
  const json = { 'content-type': 'application/json' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const text = valueOf(schema ?? {}).map((value) => JSON.stringify(value) ?? '');
  const said = (bytes: FuzzedRequest['body'], headers: Record<string, string>) => ({
    bytes,
    headers,
  });
  return fc.oneof(
    { weight: 14, arbitrary: text.map((bytes) => said(bytes, json)) },
    { weight: 1, arbitrary: fc.constant(said(null, {})) },
    { weight: 1, arbitrary: text.map((bytes) => said(bytes, form)) },
    { weight: 1, arbitrary: text.map((bytes) => said(bytes.slice(0, -1), json)) },
    {
      weight: 1,
      arbitrary: fc
        .uint8Array({ maxLength: 100 })
        .map((bytes) => said(new Uint8Array(bytes), json)),
    },
    { weight: 1, arbitrary: text.map((bytes) => said(bytes, { 'content-type': 'text/xml' })) },
    {
      weight: 1,
      arbitrary: fc
        .dictionary(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }))
        .map((fields) => said(new URLSearchParams(fields).toString(), form)),
    },
    { weight: 1, arbitrary: fc.constant(said('['.repeat(20_000), json)) },
    {
      weight: 1,
      arbitrary: fc.constant(said(JSON.stringify({ env: { A: 'x'.repeat(1_100_000) } }), json)),
    },
  );
}

const rarely = <Value>(arbitrary: Arbitrary<Value>, usual: Value): Arbitrary<Value> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary });

function addressOf(
  path: string,
  values: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, unknown>>,
): string {
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(wellFormed(textOf(values[name])) || '%'),
  );
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, textOf(one)]),
  );
  return pairs.length === 0 ? address : `${address}?${new URLSearchParams(pairs).toString()}`;
}

/** What no client can send is left out. */
function headersOf(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, textOf(value).slice(0, 4_000)] as const)
      .filter(([, value]) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)),
  );
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

const wellFormed = (text: string): string =>
  text.replaceAll(/\p{Surrogate}/gu, '?').slice(0, 2_000);
