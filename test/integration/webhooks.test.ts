import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createWebhook, type WebhookContext } from '../../src/notifiers/webhook.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { sendAgain } from '../../src/operations/operate-delivery.ts';
import { retry } from '../../src/operations/retry.ts';
import { openDatabase, type Database, type Tx } from '../../src/store/database.ts';
import type { DefinitionFields } from '../../src/store/definitions.ts';
import { insertDeliveries } from '../../src/store/deliveries.ts';
import { insertNotice, insertTest } from '../../src/store/outbox.ts';
import { beginSpreading, endSpreading } from '../../src/store/spreading.ts';
import { createSender, type Sender } from '../../src/workers/send-deliveries.ts';
import { spreadNotices } from '../../src/workers/spread-notices.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handWorker, type HandWorker } from '../support/hand-worker.ts';
import { define, facts, launchOne, member } from '../support/operations.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const secret = 'the secret of both sides';
let database: TestDatabase;
let db: Database;
let receiver: WebhookReceiver;
let worker: HandWorker;
let sender: Sender;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { max: 8 });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});
beforeEach(async () => {
  await db.query(`truncate outbox, instances, tokens, executions, logs, definitions, executors, users,
    deliveries, endpoints, spreading cascade`);
  await beginSpreading(db, ['webhook']);
  receiver = await startWebhookReceiver(secret);
  worker = await handWorker(db);
  sender = senderOf();
});
afterEach(async () => {
  await sender.drain(0);
  await receiver.stop();
});

const log = createLog('test');
const webhookOf = (allowPrivateAddresses = true, more: Partial<WebhookContext> = {}) =>
  createWebhook(
    { secretToken: secret, allowPrivateAddresses },
    {
      baseUrl: 'http://kuroko.example:5000',
      timeText: (at) => at.toISOString().replace(/\.\d{3}/, ''),
      ...more,
    },
  );

const senderOf = (webhook = webhookOf(), leaseSeconds = 20): Sender =>
  createSender({
    leaseSeconds,
    db,
    channels: [webhook],
    log,
    onMore: () => {},
    mask: (_, text) => Promise.resolve(text.replaceAll('hunter22', '***')),
  });

const spread = () => inTransaction(db, (tx) => spreadNotices(tx, [webhookOf()], facts, log));

/** Nothing waits for the pauses between attempts. */
const hurry = async () => {
  await db.query('update deliveries set available_at = now() where leased_until is null');
  await db.query('update endpoints set held_until = now()');
};

/** Spreads and sends until nothing is open any more. */
async function settle(by: readonly Sender[] = [sender]): Promise<void> {
  while ((await spread()).more);
  await until('that nothing is open', async () => {
    await Promise.all(by.map((each) => each.take()));
    await hurry();
    const [row] = await db.query<{ open: number }>(
      'select count(*) as open from deliveries where delivered_at is null and dead_at is null',
    );
    return row?.open === 0;
  });
}

const job = (path = '/hook', more: Partial<DefinitionFields> = {}) =>
  define(db, 'execute: ./report.sh\n', { webhookUrl: receiver.url(path), ...more });
const launchJob = async (path = '/hook', more: Partial<DefinitionFields> = {}) =>
  launchOne(db, (await job(path, more)).id);

const actions = (path = '/hook'): string[] => receiver.at(path).map(({ json }) => json.action);

interface Row {
  readonly key: string;
  readonly event: string;
  readonly attempts: number;
  readonly dead: boolean;
  readonly reason: string | null;
}
const rows = () =>
  db.query<Row>(
    'select key, event, attempts, dead_at is not null as dead, reason from deliveries order by id',
  );

describe('an address', () => {
  it.each([
    [1_000, 1],
    [3_000, 0],
  ])('with %i characters of a query is sent to %i times, and never cut', async (length, times) => {
    const endpoint = receiver.url(`/hook?${'a'.repeat(length)}`);
    await inTransaction(db, (tx) => insertTest(tx, null, { target: 'webhook', endpoint }));
    await settle();
    expect(receiver.received).toHaveLength(times);
    const [row] = await db.query<{ id: number }>('select id from deliveries');
    const actor = { ...member('alice'), id: 'U01ALICE' };
    const wish = { deliveryId: row?.id ?? 0, actor, policy };
    await inTransaction(db, (tx) => sendAgain(tx, wish));
    await settle();
    expect(receiver.received).toHaveLength(2 * times);
  });
});

describe('many long texts', () => {
  it('are written in portions, in their order', async () => {
    const texts = Array.from({ length: 9 }, (_, index) => `${index}${'x'.repeat(1_500_000)}`);
    const lengths: number[] = [];
    await inTransaction(db, async (tx) => {
      const counted: Tx = {
        ...tx,
        query: (sql, values) => {
          lengths.push(String(values?.[0]).length);
          return tx.query(sql, values);
        },
      };
      await insertDeliveries(counted, texts.map(longDelivery));
    });
    expect(Math.max(...lengths)).toBeLessThan(6_000_000);
    const kept = await db.query<{ first: string }>(
      `select left(request->>'body', 1) as first from deliveries order by id`,
    );
    expect(kept.map(({ first }) => first).join('')).toBe('012345678');
  });
});

const longDelivery = (body: string) => ({
  noticeId: 1,
  target: 'webhook',
  endpoint: 'http://x.example',
  shownEndpoint: 'http://x.example',
  event: 'test',
  instanceId: null,
  definitionId: null,
  request: { subject: 'long', body, headers: {} },
  dead: null,
});

const policy = { operators: 'everyone', allowedChannels: [], launch: 'members' } as const;

describe('a run', () => {
  it('is told from its launch to its end, in order, each with a key of its own', async () => {
    const { instanceId } = await launchJob();
    await worker.end(await worker.claim(), 1, 'no such table\n');
    const actor = member('ben');
    await inTransaction(db, (tx) =>
      retry(tx, { instanceId, actor, requestKey: randomUUID() }, facts),
    );
    await worker.end(await worker.claim(), 0);
    await settle();
    expect(actions()).toEqual([
      'notify_launch',
      'notify_failure',
      'notify_retrying',
      'notify_back_to_normal',
    ]);
    const [launched, failed, retried, finished] = receiver.received;
    expect(launched?.json).toMatchObject({
      level: 'INFO',
      subject: "Launched 'nightly-report'",
      message: 'Launched by alice',
      job_instance: { id: instanceId, finished_at: null, error_at: null },
    });
    expect(failed?.json.message).toContain('no such table');
    expect(failed?.json.job_instance).toMatchObject({ finished_at: null });
    expect(failed?.json.job_instance['error_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(retried?.json.message).toContain('ben');
    expect(retried?.json.job_instance).toMatchObject({ finished_at: null, error_at: null });
    expect(finished?.json.job_instance['finished_at']).not.toBeNull();
    expect(new Set(receiver.received.map(({ key }) => key)).size).toBe(4);
    expect((await rows()).map(({ key }) => key)).toEqual(receiver.received.map(({ key }) => key));
  });

  it('is told of nothing that its definition does not ask for', async () => {
    await launchJob('/quiet', { notifyAllEvents: false });
    await launchJob('/hook', { webhookUrl: null });
    await worker.end(await worker.claim(), 1);
    await worker.end(await worker.claim(), 1);
    await settle();
    expect(receiver.received.map(({ json }) => json.action)).toEqual(['notify_failure']);
  });

  it('is back to normal once, with the first success after a failure', async () => {
    const { id } = await job('/hook', { notifyAllEvents: false });
    for (const exitStatus of [0, 1, 0, 0]) {
      await launchOne(db, id);
      await worker.end(await worker.claim(), exitStatus);
    }
    await settle();
    expect(actions()).toEqual(['notify_failure', 'notify_back_to_normal']);
  });

  it('is told of what was there when it happened, and not of what nobody looked for', async () => {
    await endSpreading(db);
    await launchJob('/before');
    await beginSpreading(db, ['webhook']);
    await launchJob('/after');
    await settle();
    expect(receiver.received.map(({ path }) => path)).toEqual(['/after']);
  });
});

describe('a notice', () => {
  it('whose transaction ends late is told all the same, and one that was undone is not', async () => {
    const [early, undone, late] = [
      await launchJob('/early'),
      await launchJob('/undone'),
      await launchJob('/late'),
    ];
    await settle();
    const told = () => receiver.received.filter(({ json }) => json.action === 'notify_finished');
    const finish = { event: 'finished', payload: { message: null } } as const;
    let commit = () => {};
    const committing = new Promise<void>((resolve) => (commit = resolve));
    let written = () => {};
    const writing = new Promise<void>((resolve) => (written = resolve));
    const held = inTransaction(db, async (tx) => {
      await insertNotice(tx, late.instanceId, finish);
      written();
      await committing;
    });
    await writing;
    await inTransaction(db, async (tx) => {
      await insertNotice(tx, undone.instanceId, finish);
      throw new Error('undone');
    }).catch(() => {});
    const [{ undoneId } = { undoneId: 0 }] = await db.query<{ undoneId: number }>(
      'select last_value as undone_id from outbox_id_seq',
    );
    await inTransaction(db, (tx) => insertNotice(tx, early.instanceId, finish));
    await settle();
    expect(told().map(({ path }) => path)).toEqual(['/early']);
    commit();
    await held;
    await settle();
    expect(told().map(({ path }) => path)).toEqual(['/early', '/late']);
    await settle();
    expect(told()).toHaveLength(2);
    // Nothing can come of the other any more: after a minute it is forgotten.
    const gaps = () => db.query<{ gaps: { at: number }[] }>('select gaps from spreading');
    const [open] = await gaps();
    expect(open?.gaps.at(-1)).toMatchObject({ from: undoneId, to: undoneId });
    const aged = open?.gaps.map((gap) => ({ ...gap, at: gap.at - 60_000 }));
    await db.query('update spreading set gaps = $1', [JSON.stringify(aged)]);
    // Once whatever else this server does has ended that had begun then.
    await until('it to be forgotten', async () => {
      await settle();
      return (await gaps())[0]?.gaps.length === 0;
    });
  });

  it('is spread once, however many are at it', async () => {
    for (let run = 0; run < 20; run += 1) await launchJob('/hook', { name: `job-${run}` });
    await Promise.all([spread(), spread(), spread(), spread()]);
    await settle([sender, senderOf(), senderOf()]);
    const names = receiver.received.map(({ json }) => json.job_definition['name']);
    expect(names).toHaveLength(20);
    expect(new Set(names).size).toBe(20);
  });
});

describe('what is not taken', () => {
  it.each([
    ['is answered 429', { status: 429, text: 'slowly, hunter22' }, 'it answered 429'],
    ['is answered 500', { status: 500, text: 'oh, hunter22' }, 'it answered 500'],
    ['is cut off', 'cut', 'it cut the connection'],
    [
      'is sent elsewhere',
      { status: 302, location: 'http://169.254.169.254/latest/meta-data' },
      'it answered 302, and redirects are not followed',
    ],
  ] as const)(
    'because it %s comes again, with the same key and body',
    async (_, trouble, reason) => {
      await launchJob();
      receiver.answers('/hook', trouble, trouble);
      await settle();
      expect(receiver.received).toHaveLength(3);
      expect(new Set(receiver.received.map(({ key }) => key)).size).toBe(1);
      expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
      expect(await rows()).toMatchObject([{ attempts: 3, dead: false, reason: null }]);
      const attempts = await db.query<{ reason: string | null; answer: string | null }>(
        'select reason, outcome, status, answer from delivery_attempts order by id',
      );
      expect(attempts).toMatchObject([
        { outcome: 'again', reason },
        { outcome: 'again', reason },
        { outcome: 'delivered', reason: null, status: 200, answer: 'thanks' },
      ]);
      expect(JSON.stringify(attempts)).not.toContain('hunter22');
    },
  );

  it('waits longer each time, and is given up after the sixth', async () => {
    await launchJob();
    receiver.answers('/hook', ...Array.from({ length: 6 }, () => ({ status: 503 })));
    await spread();
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      await sender.take();
      await until('the answer', () => receiver.received.length === attempt);
      const [row] = await until('the books', async () => {
        const found = await db.query<{ pause: number }>(
          `select extract(epoch from available_at - now())::float8 as pause from deliveries
           where leased_until is null`,
        );
        return found.length > 0 && found;
      });
      pauses.push(Math.round(row?.pause ?? 0));
      await hurry();
    }
    const about = [1, 10, 60, 600, 3_600, 0];
    for (const [index, pause] of pauses.entries()) {
      expect(Math.abs(pause - (about[index] ?? 0))).toBeLessThanOrEqual(
        (about[index] ?? 0) * 0.11 + 1,
      );
    }
    expect(await rows()).toMatchObject([{ attempts: 6, dead: true, reason: 'it answered 503' }]);
    expect(await sender.take()).toBe(0);
  });

  it('holds up what came later of the same run, and nothing else', async () => {
    await launchJob('/stuck');
    receiver.answers('/stuck', { status: 500 }, { status: 500 });
    await worker.end(await worker.claim(), 0);
    await launchJob('/other');
    await settle();
    expect(actions('/other')).toEqual(['notify_launch']);
    expect(actions('/stuck')).toEqual([
      'notify_launch',
      'notify_launch',
      'notify_launch',
      'notify_finished',
    ]);
  });

  it('because nobody answers holds up no other address', async () => {
    const many = Array.from({ length: 8 }, () => 'wait' as const);
    receiver.answers('/slow', ...many);
    for (const _ of many) await launchJob('/slow');
    await launchJob('/quick');
    await spread();
    await sender.take();
    await until('the other', () => receiver.at('/quick').length === 1);
    await sender.take();
    expect(receiver.at('/slow').length).toBeLessThanOrEqual(4);
  });

  it('because it takes too long comes again', async () => {
    await launchJob();
    receiver.answers('/hook', 'wait');
    await spread();
    await senderOf(webhookOf(), 2).take();
    await until('the books', async () => (await rows())[0]?.reason === 'it did not answer in time');
    await settle();
    expect(receiver.received.map(({ status }) => status)).toEqual([null, 200]);
  });

  it('because its target goes on for ever comes again as well', async () => {
    await launchJob();
    const stubborn = { ...webhookOf(), send: () => new Promise<never>(() => {}) };
    await spread();
    await senderOf(stubborn, 3).take();
    await until('the books', async () => (await rows())[0]?.reason === 'it did not answer in time');
    await settle();
    expect(receiver.received.map(({ status }) => status)).toEqual([200]);
  });

  it('leaves its address in peace for a moment, longer each time, and then sends one thing', async () => {
    const { id } = await job();
    receiver.answers('/hook', { status: 500 }, { status: 500 });
    for (const failures of [1, 2]) {
      await launchOne(db, id);
      await spread();
      await hurry();
      expect(await sender.take()).toBe(1);
      const [held] = await until('the failure', async () => {
        const found = await db.query<{ seconds: number }>(
          `select extract(epoch from held_until - (
             select at + milliseconds * interval '1 ms' from delivery_attempts order by id desc limit 1
           ))::float8 as seconds
           from endpoints where failures = $1`,
          [failures],
        );
        return found.length > 0 && found;
      });
      // It is booked a little after its end, on a busy machine more than a little.
      expect(held?.seconds).toBeGreaterThan(failures / 2 - 0.01);
      expect(held?.seconds).toBeLessThan(failures / 2 + 10);
      await db.query('update deliveries set available_at = now()');
      await db.query("update endpoints set held_until = held_until + interval '1 hour'");
      expect(await sender.take()).toBe(0);
    }
    await settle();
    expect(receiver.received).toHaveLength(4);
  });

  it('because this process ends is handed back, and sent by another', async () => {
    receiver.answers('/hook', 'wait');
    await launchJob();
    await spread();
    await sender.take();
    await until('the request', () => receiver.received.length === 1);
    await sender.drain(0);
    expect(await rows()).toMatchObject([{ attempts: 0, dead: false }]);
    await settle([senderOf()]);
    expect(receiver.received.map(({ status }) => status)).toEqual([null, 200]);
  });
});

describe('an address that fails for a day', () => {
  const failFor = async (hours: number, failures: number) => {
    await db.query(
      `update endpoints set failing_since = now() - make_interval(hours => $1), failures = $2`,
      [hours, failures],
    );
  };
  const notices = () =>
    db.query<{ event: string; payload: unknown }>(
      `select event, payload from outbox where event = 'switched_off'`,
    );

  it('is switched off with one notice, and gets nothing until somebody sees that it works', async () => {
    const { id } = await job('/gone?token=hunter22');
    receiver.answers('/gone', ...Array.from({ length: 8 }, () => ({ status: 410 })));
    for (let run = 0; run < 4; run += 1) await launchOne(db, id);
    await spread();
    await sender.take();
    await until('the first failure', async () =>
      (await rows()).some(({ reason }) => reason !== null),
    );
    await failFor(25, 50);
    await settle();
    expect(new Set((await rows()).map(({ dead, reason }) => `${dead} ${reason}`))).toEqual(
      new Set(['true the endpoint is switched off']),
    );
    expect(await notices()).toMatchObject([
      { payload: { target: 'webhook', reason: 'it answered 410', definitionId: id } },
    ]);
    expect(JSON.stringify(await notices())).toContain('/gone?***');
    expect(JSON.stringify(await notices())).not.toContain('hunter22');

    const before = receiver.received.length;
    await launchOne(db, id);
    await settle();
    expect(receiver.received).toHaveLength(before);

    receiver.answers('/gone');
    await inTransaction(db, (tx) => insertTest(tx, id, { target: 'webhook', endpoint: null }));
    await settle();
    expect(receiver.received.at(-1)?.json.action).toBe('test');
    await launchOne(db, id);
    await settle();
    expect(actions('/gone').at(-1)).toBe('notify_launch');
    expect(receiver.at('/gone').at(-1)?.status).toBe(200);
    expect(await notices()).toHaveLength(1);
  });

  it.each([
    ['for less than a day', 23, 500],
    ['a few times only', 100, 3],
  ])('is not switched off when it has failed %s', async (_, hours, failures) => {
    await launchJob();
    receiver.answers('/hook', { status: 500 }, { status: 500 });
    await spread();
    await sender.take();
    await until('the failure', async () => (await rows())[0]?.reason);
    await failFor(hours, failures);
    await settle();
    expect(await rows()).toMatchObject([{ dead: false, attempts: 3 }]);
    expect(await notices()).toEqual([]);
    expect(await db.query('select from endpoints')).toEqual([]);
  });
});

describe('an address that is not of the internet at large', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:PORT/hook'],
    ['decimal', 'http://2130706433:PORT/hook'],
    ['octal', 'http://0177.0.0.1:PORT/hook'],
    ['hexadecimal', 'http://0x7f.1:PORT/hook'],
    ['IPv6', 'http://[::1]:PORT/hook'],
    ['mapped', 'http://[::ffff:127.0.0.1]:PORT/hook'],
    ['a name', 'http://localhost:PORT/hook'],
    ['a name that is looked up', 'http://inside.example:PORT/hook?token=hunter22'],
  ])('(%s) is reached only where that is allowed', async (_, url) => {
    const webhookUrl = url.replace('PORT', String(receiver.port));
    const looked: string[] = [];
    const resolve = (host: string) => {
      looked.push(host);
      return Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    };
    await launchJob('/hook', { webhookUrl });
    await settle([senderOf(webhookOf(false, { resolve }))]);
    expect(receiver.received).toEqual([]);
    const [refused] = await rows();
    expect(refused).toMatchObject({ attempts: 1, dead: true });
    expect(refused?.reason).toContain('allow_private_addresses');

    await db.query('update deliveries set dead_at = null');
    if (url.includes('::')) return;
    await settle([senderOf(webhookOf(true, { resolve }))]);
    expect(receiver.received).toHaveLength(1);
    // Once an attempt: what the name means a moment later is not asked.
    expect(looked.length).toBeLessThanOrEqual(2);
  });
});
