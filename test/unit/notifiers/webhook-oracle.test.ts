import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createWebhook } from '../../../src/notifiers/webhook.ts';
import { isoInZone } from '../../../src/workers/iso-in-zone.ts';
import type { RunHappening } from '../../../src/notifiers/channel.ts';
import type { NoticeEvent } from '../../../src/store/outbox.ts';
import type { Masked } from '../../../src/workflow/mask.ts';
import { definitionOf, instanceOf } from '../../support/run-fixture.ts';

/** What the real Kuroko2 has sent, and to where. */
interface Case {
  readonly id: string;
  readonly input: {
    readonly action: string;
    readonly zone: string;
    readonly config: { readonly url: string; readonly secret_token: string | null };
    readonly job_definition: {
      readonly id: number;
      readonly name: string;
      readonly description: string;
      readonly script: string;
      readonly webhook_url: string | null;
      readonly hipchat_notify_finished: boolean;
      readonly notify_cancellation: boolean;
    };
    readonly job_instance: Times & { readonly id: number; readonly script: string };
  };
  readonly expected: {
    readonly requests: readonly Request[] | number;
    readonly error?: unknown;
  };
}
interface Times {
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly canceled_at: string | null;
  readonly error_at: string | null;
}
interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly json: { readonly message: string | null };
}

const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/oracle/webhook.json', import.meta.url), 'utf8'),
) as readonly Case[];

const happeningOf = ({ input }: Case, message: string | null): RunHappening => {
  const { job_definition: job, job_instance: run } = input;
  const time = (text: string | null) => (text === null ? null : new Date(text));
  return {
    event: input.action.replace('notify_', '') as NoticeEvent,
    payload: { message: message as Masked | null, by: 'admin' },
    at: new Date(run.created_at),
    tokenId: null,
    attempt: null,
    admins: [],
    prevented: 0,
    execution: null,
    tail: '',
    instance: instanceOf({
      id: run.id,
      script: run.script,
      createdAt: new Date(run.created_at),
      finishedAt: time(run.finished_at),
      canceledAt: time(run.canceled_at),
      errorAt: time(run.error_at),
    }),
    definition: definitionOf({
      id: job.id,
      name: job.name,
      description: job.description,
      // An empty one cannot be saved here: without one it is null.
      webhookUrl: job.webhook_url || null,
      notifyAllEvents: job.hipchat_notify_finished,
      notifyCancellation: job.notify_cancellation,
    }),
  };
};

const webhookOf = ({ input: { config, zone } }: Case, allowPrivateAddresses = false) =>
  createWebhook(
    { secretToken: config.secret_token || null, allowPrivateAddresses },
    {
      baseUrl: config.url,
      timeText: (at) => isoInZone(at, zone).replace(/\.\d{3}/, ''),
    },
  );

/** Kuroko2's body with what differs on purpose put right. */
function asIntended(body: string): string {
  return (
    body
      // Its `<`, `>`, `&` and line separators are escaped though JSON needs it not.
      .replaceAll(/\\u003[ce]|\\u0026|\\u202[89]/g, (escape) => JSON.parse(`"${escape}"`) as string)
      // Its links lose their port.
      .replaceAll('http://localhost/', 'http://localhost:3000/')
      // Its guide says it the other way.
      .replace('"Finished executing', '"Finished to execute')
  );
}

const told = cases.filter(({ expected }) => Array.isArray(expected.requests));

it('cuts what nobody would read to its end, and no character in half', () => {
  const [one] = told;
  if (one === undefined) throw new Error('there is no case');
  const long = '😀'.repeat(50_000);
  const happening = happeningOf(one, long);
  const definition = { ...happening.definition, description: long };
  const [parcel] = webhookOf(one).parcelsOf({ ...happening, definition });
  const body = JSON.parse(parcel?.request.body ?? '') as {
    message: string;
    job_definition: { description: string };
  };
  for (const text of [body.message, body.job_definition.description]) {
    expect(text).toMatch(/^(😀)+…$/u);
    expect(text.length).toBeLessThanOrEqual(65_536);
  }
});

describe('webhooks as Kuroko2 sends them', () => {
  it('has cases of every event', () => {
    expect(told.length).toBeGreaterThan(50);
    expect(new Set(told.map(({ input }) => input.action)).size).toBe(9);
  });

  it.each(told)('$id: $input.action', async (one) => {
    const [request] = one.expected.requests as readonly Request[];
    const parcels = webhookOf(one).parcelsOf(happeningOf(one, request?.json.message ?? null));
    expect(parcels.map(({ request: { body } }) => body)).toEqual(
      request === undefined ? [] : [asIntended(request.body)],
    );
    // Its address loses its query there.
    expect(parcels.map(({ endpoint }) => endpoint)).toEqual(
      request === undefined ? [] : [one.input.job_definition.webhook_url],
    );
  });

  it.each(['webhook-100', 'webhook-106', 'webhook-107', 'webhook-108'])(
    '%s arrives with the headers of the original, and a signature of its own body',
    async (id) => {
      const one = told.find((each) => each.id === id);
      if (one === undefined) throw new Error(`there is no case ${id}`);
      const [request] = one.expected.requests as readonly [Request];
      const received: { headers: IncomingHttpHeaders; body: string }[] = [];
      const server = createServer((asked, answer) => {
        let body = '';
        asked.on('data', (part: Buffer) => (body += part.toString('utf8')));
        asked.on('end', () => {
          received.push({ headers: asked.headers, body });
          answer.end('thanks');
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
      const webhook = webhookOf(one, true);
      const [parcel] = webhook.parcelsOf(happeningOf(one, request.json.message));
      if (parcel === undefined) throw new Error('nothing is told');
      const outgoing = { ...parcel, endpoint, key: 'the-key', attempt: 1 };
      const answer = await webhook.send(outgoing, AbortSignal.timeout(5_000));
      server.close();
      expect(answer).toEqual({ outcome: 'delivered', status: 200, text: 'thanks' });
      const [got] = received;
      expect(got?.body).toBe(parcel.request.body);
      const names = Object.keys(request.headers);
      const lower = Object.entries(got?.headers ?? {});
      expect(lower.filter(([name]) => name.startsWith('x-')).length).toBe(
        names.filter((name) => name.startsWith('X-')).length,
      );
      const is = Object.fromEntries(names.map((name) => [name, got?.headers[name.toLowerCase()]]));
      expect(is).toEqual({
        ...request.headers,
        'X-Kuroko2-Id': 'the-key',
        ...signatureOf(request, signed(one, got?.body ?? '')),
      });
      // As the original's signature covers the original's body.
      expect(signatureOf(request, signed(one, request.body))).toEqual(
        signatureOf(request, request.headers['X-Kuroko2-Signature']),
      );
    },
  );
});

const signed = ({ input }: Case, body: string): string =>
  `sha256=${createHmac('sha256', input.config.secret_token ?? '')
    .update(body)
    .digest('hex')}`;

/** Where the original has sent one. */
const signatureOf = ({ headers: sent }: Request, signature: string | undefined) =>
  Object.hasOwn(sent, 'X-Kuroko2-Signature') ? { 'X-Kuroko2-Signature': signature } : {};
