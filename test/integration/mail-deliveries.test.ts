import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createMail } from '../../src/notifiers/mail.ts';
import { alarmUnstarted } from '../../src/operations/alarm-unstarted.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { lose } from '../../src/operations/lose.ts';
import { saveDefinition } from '../../src/operations/save-definition.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { insertScheduleNotice } from '../../src/store/outbox.ts';
import { insertReminders } from '../../src/store/reminders.ts';
import { beginSpreading } from '../../src/store/spreading.ts';
import { createSender, type Sender } from '../../src/workers/send-deliveries.ts';
import { spreadNotices } from '../../src/workers/spread-notices.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handWorker, type HandWorker } from '../support/hand-worker.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { facts, fieldsOf, launchMany, launchOne, member } from '../support/operations.ts';
import { until } from '../support/until.ts';
import type { Channel } from '../../src/notifiers/channel.ts';
import type { DefinitionFields } from '../../src/store/definitions.ts';
import type { Masked } from '../../src/workflow/mask.ts';

let database: TestDatabase;
let db: Database;
let server: MailServer;
let worker: HandWorker;
let mail: Channel;
let sender: Sender;
let busy = 0;

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
  await beginSpreading(db, ['mail']);
  busy = 0;
  server = await startMailServer({ data: () => ((busy -= 1) >= 0 ? 451 : null) });
  worker = await handWorker(db);
  const smtp = {
    host: '127.0.0.1',
    port: server.port,
    domain: null,
    tls: 'never',
    verified: true,
    login: null,
    openTimeout: 5,
    readTimeout: 5,
  } as const;
  mail = createMail(
    { from: { name: '', address: 'kuroko@example.com' }, to: ['ops@example.com'], smtp },
    {
      baseUrl: 'http://kuroko.example:5000',
      timeText: (at) => at.toISOString().replace(/\.\d{3}/, ''),
    },
  );
  sender = createSender({
    db,
    channels: [mail],
    log,
    onMore: () => {},
    mask: (_, text) => Promise.resolve(text),
  });
});
afterEach(async () => {
  await sender.drain(0);
  await server.stop();
});

const log = createLog('test');

/** Spreads and sends until nothing is open any more. */
async function settle(): Promise<void> {
  while ((await inTransaction(db, (tx) => spreadNotices(tx, [mail], facts, log))).more);
  await until('that nothing is open', async () => {
    await sender.take();
    // Nothing waits for the pauses between attempts.
    await db.query('update deliveries set available_at = now() where leased_until is null');
    await db.query('update endpoints set held_until = now()');
    const [row] = await db.query<{ open: number }>(
      'select count(*) as open from deliveries where delivered_at is null and dead_at is null',
    );
    return row?.open === 0;
  });
}

async function define(script: string, more: Partial<DefinitionFields> = {}) {
  const admins = ['alice@example.com', 'U0BEN', 'group@lists.example.com'];
  const wish = {
    id: null,
    version: null,
    fields: fieldsOf(script, more),
    admins,
    actor: member('alice'),
  };
  return (await inTransaction(db, (tx) => saveDefinition(tx, wish, facts))).definition;
}

/** What came, and who got it: what they say is looked at elsewhere. */
const told = () =>
  server.mails.map(({ subject, recipients }) => [subject, recipients.join(' ')] as const);

const everybody = 'alice@example.com group@lists.example.com ops@example.com';

describe('a failure', () => {
  it('is one mail to the admins that have an address, with a copy, and success is none', async () => {
    const { id } = await define(
      'env: API_TOKEN=hunter22\nexecute: ./report.sh --token hunter22\n',
      {
        description: '## Recovery Procedures\nCall the data team.',
        failureText: '@oncall',
      },
    );
    const { instanceId } = await launchOne(db, id);
    await worker.end(await worker.claim(), 3, 'reading\nno such table\n');
    await launchOne(db, id);
    await worker.end(await worker.claim(), 0);
    await settle();
    expect(told()).toEqual([
      ["[CRITICAL] Failed to execute 'nightly-report' on kuroko", everybody],
    ]);
    const [{ text = '', html = '', messageId } = {}] = server.mails;
    for (const part of [
      `nightly-report #${instanceId} failed at execute: ./report.sh --token ***.`,
      'exit status 3',
      'reading\nno such table',
      '@oncall',
      'Call the data team.',
      `http://kuroko.example:5000/definitions/${id}/instances/${instanceId}`,
    ]) {
      expect(text).toContain(part);
    }
    expect(`${text}${String(html)}`).not.toContain('hunter22');
    const [delivery] = await db.query<{ key: string }>('select key from deliveries');
    expect(messageId).toBe(`<${delivery?.key}@example.com>`);
  });

  it('comes once, with the same id, after a server that had no time', async () => {
    await launchOne(db, (await define('execute: ./report.sh\n')).id);
    await worker.end(await worker.claim(), 1);
    busy = 3;
    await settle();
    expect(server.mails).toHaveLength(1);
    const attempts = await db.query<{ outcome: string; status: number | null }>(
      'select outcome, status from delivery_attempts order by id',
    );
    const again = { outcome: 'again', status: 451 };
    expect(attempts).toEqual([again, again, again, { outcome: 'delivered', status: null }]);
  });

  it('of a command that is lost tells the admins, and the operators in a mail of their own', async () => {
    await launchOne(db, (await define('execute: ./report.sh\n')).id);
    const { executionId, fence, instanceId, tokenId } = await worker.claim();
    const evidence = { evidence: 'unknown: host batch-1 unreachable', groupEmptyAt: null };
    const lost = { executionId, fence, instanceId, tokenId, ...evidence };
    await inTransaction(db, (tx) => lose(tx, lost, facts));
    await settle();
    expect(new Map(told())).toEqual(
      new Map([
        [
          "[CRITICAL] Failed to execute 'nightly-report' on kuroko",
          'alice@example.com group@lists.example.com',
        ],
        ['[CRITICAL] Process is not running on kuroko', 'ops@example.com'],
      ]),
    );
    expect(server.mails.every(({ text }) => text?.includes('host batch-1 unreachable'))).toBe(true);
  });
});

describe('launches that a run prevents', () => {
  it('are one mail for the first, and one for the tenth with their number', async () => {
    const { id } = await define('execute: ./report.sh\n', { preventMulti: 'working_or_error' });
    for (let launch = 0; launch <= 12; launch += 1) await launchOne(db, id);
    await settle();
    const leads = server.mails.map(({ text = '' }) => text.split('\n')[0]);
    expect(leads).toHaveLength(2);
    expect(leads[0]).toMatch(/^nightly-report #\d+ was not launched\. .* is still working.*\.$/);
    expect(leads[1]).toMatch(/So far that has prevented 10 launches\.$/);
  });
});

describe('a reminder', () => {
  it('goes to the admins with a copy, with what has failed', async () => {
    await launchOne(db, (await define('execute: ./report.sh\n')).id);
    await worker.end(await worker.claim(), 3, 'no such table\n');
    await db.query(`update instances set error_at = now() - interval '25 h'`);
    await inTransaction(db, (tx) => insertReminders(tx, 0, 24));
    await settle();
    expect(told()[1]).toEqual(["[WARN] 'nightly-report' is still in ERROR state", everybody]);
    expect(server.mails[1]?.text).toContain('no such table');
    const [failed, reminded] = server.mails;
    expect(reminded?.references).toBe(failed?.references);
  });
});

describe('the operators alone', () => {
  it('hear once of a queue without workers, and then of all that waits on it', async () => {
    const { id } = await define('queue: batch\nexecute: ./report.sh\n', { notifyAllEvents: false });
    await launchMany(db, id, 8);
    await db.query(`update executions set created_at = created_at - interval '4 m'`);
    await inTransaction(db, (tx) => alarmUnstarted(tx));
    await settle();
    const subject = '[CRITICAL] Process is not assigned to any job-executor';
    expect(told()).toEqual([
      [subject, 'ops@example.com'],
      [subject, 'ops@example.com'],
    ]);
    const texts = server.mails.map(({ text = '' }) => text.split('\n')[0] ?? '').toSorted();
    expect(texts[0]).toBe('8 commands wait for a worker of the queue batch: none serves it.');
    expect(texts[1]).toMatch(/^execute: \.\/report\.sh of nightly-report #\d+ waits for a worker/);
  });

  it('hear of a schedule that was set aside', async () => {
    const { id } = await define('execute: ./report.sh\n');
    const payload = {
      definitionId: id,
      definitionName: 'nightly-report' as Masked,
      cron: '0 3 * * *',
      reason: 'the script cannot be read' as Masked,
      channel: null,
    };
    await inTransaction(db, (tx) => insertScheduleNotice(tx, id, { event: 'set_aside', payload }));
    await settle();
    expect(told()).toEqual([
      ["[CRITICAL] A schedule of 'nightly-report' was set aside on kuroko", 'ops@example.com'],
    ]);
  });
});

it('a definition says where its mail goes when somebody wants to try it', async () => {
  const admins = ['alice@example.com', 'ops@example.com', 'no address'];
  const definition = await define('execute: ./report.sh\n');
  expect(mail.endpointsOf({ definition: definition as never, admins })).toEqual([
    'alice@example.com, ops@example.com',
  ]);
});
