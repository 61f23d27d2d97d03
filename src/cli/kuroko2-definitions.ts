/** The definitions of a running Kuroko2, read through its own API (`GET /v1/definitions`). */
import { z } from 'zod';
import { UserError, invalid } from '../errors.ts';

export interface Kuroko2 {
  /** Address of its pages, without a `/` at the end. */
  readonly url: string;
  /** `name:key`, of its `api_basic_authentication_applications`. */
  readonly client: string;
  /** Milliseconds that it may take for the whole answer. */
  readonly deadlineMs?: number;
}

/** What it tells of one. Versions before 2025 leave out what may be left out here. */
export type Kuroko2Definition = z.infer<typeof definition>;

/** More than 10,000 definitions of a page of text each. */
const mostBytes = 128 * 1_024 * 1_024;
const idRange = 'must be a whole number from 1 to 1000000000.';

const definition = z.object({
  id: z.int(idRange).min(1, idRange).max(1_000_000_000, idRange),
  name: z.string('must be a text.'),
  description: z.string('must be a text.'),
  script: z.string('must be a text.'),
  tags: z.array(z.string(), 'must be a list of texts.').default([]),
  cron: z.array(z.string(), 'must be a list of crons.').optional(),
  /** Numbers of the people who are its admins. */
  user_id: z.array(z.int(), 'must be a list of numbers.').optional(),
  notify_cancellation: z.boolean('must be true or false.').optional(),
  suspended: z.boolean('must be true or false.').optional(),
  /** None, working or error, working, error. */
  prevent_multi: z.literal([0, 1, 2, 3], 'must be a number from 0 to 3.').optional(),
  slack_channel: z.string('must be a text.').nullish(),
});

/** The address as it is written everywhere. Throws Invalid for what is none. */
export function kuroko2Url(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalid('--url must be the address of Kuroko2: https://kuroko2.example.com');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid('--url must be the address alone. The client goes into KUROKO2_CLIENT.');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** All of them, by id. Throws Invalid with one sentence for whatever is not the answer of a Kuroko2. */
export async function readKuroko2(from: Kuroko2): Promise<Kuroko2Definition[]> {
  const text = await readText(from);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw refusal(from, 'its answer is not JSON.');
  }
  if (!Array.isArray(body)) throw refusal(from, 'its answer is not a list of definitions.');
  const definitions = body.map((one, index) => checked(from, one, index));
  const ids = new Set(definitions.map(({ id }) => id));
  if (ids.size < definitions.length) throw refusal(from, 'it names a definition twice.');
  return definitions.toSorted((one, other) => one.id - other.id);
}

function checked(from: Kuroko2, one: unknown, index: number): Kuroko2Definition {
  const parsed = definition.safeParse(one);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const { id } = (one ?? {}) as { id?: unknown };
  const which = typeof id === 'number' ? `definition ${id}` : `the definition number ${index + 1}`;
  throw refusal(from, `${which}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

async function readText(from: Kuroko2): Promise<string> {
  const { url, client, deadlineMs = 60_000 } = from;
  try {
    const answer = await fetch(`${url}/v1/definitions`, {
      headers: {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(client).toString('base64')}`,
      },
      // The key is for this address alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    });
    const problem = statusProblem(answer) ?? typeProblem(answer);
    if (problem !== null) {
      await answer.body?.cancel();
      throw refusal(from, problem);
    }
    return await boundedText(from, answer);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw refusal(from, connectionProblem(error, deadlineMs));
  }
}

function statusProblem({ status, headers }: Response): string | null {
  if (status === 200) return null;
  if (status === 401) return 'it does not know this client: name or key is wrong.';
  if (status === 403) return 'it does not let this client in.';
  if (status === 404) return 'it has no list of definitions at this address.';
  if (status >= 300 && status < 400) {
    return `it sends us on to ${whereTo(headers.get('location'))}. Is the address right, and does no sign-in stand before it?`;
  }
  return `it answers with status ${status}.`;
}

/** Without what may be secret in it. */
function whereTo(location: string | null): string {
  const url = URL.canParse(location ?? '', 'http://here')
    ? new URL(location ?? '', 'http://here')
    : null;
  if (url === null) return 'elsewhere';
  return url.origin === 'http://here' ? url.pathname : `${url.origin}${url.pathname}`;
}

const typeProblem = ({ headers }: Response): string | null =>
  /^application\/([\w.-]+\+)?json\b/i.test(headers.get('content-type') ?? '')
    ? null
    : 'a page answers, not its API. Is the address right, and does no sign-in stand before it?';

async function boundedText(from: Kuroko2, { body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw refusal(from, `its answer is larger than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function connectionProblem(error: unknown, deadlineMs: number): string {
  const { name, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return `it has not answered within ${deadlineMs / 1_000} s.`;
  const code = cause?.code ?? '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code)) {
    return `its certificate is not trusted (${code}). NODE_EXTRA_CA_CERTS can name the file of another authority.`;
  }
  return reasons[code] ?? `the connection failed (${code || (cause?.message ?? name)}).`;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there.',
  ENOTFOUND: 'there is no such host.',
  EAI_AGAIN: 'its name cannot be looked up just now.',
  ECONNRESET: 'it broke off the connection.',
  UND_ERR_SOCKET: 'it broke off the connection.',
};

const refusal = ({ url }: Kuroko2, problem: string): UserError =>
  invalid(`${url} cannot be read: ${problem}`);
