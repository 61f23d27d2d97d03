import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { startThreads, type Threads } from '../../src/workers/threads.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handWorker } from '../support/hand-worker.ts';
import { startLocalSlack, type LocalMessage, type LocalSlack } from '../support/local-slack.ts';
import { commandDefaults } from '../../src/config.ts';
import { define, launchOne } from '../support/operations.ts';
import { shortest } from '../support/shortest.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let db: Database;
let slack: LocalSlack;
let threads: Threads;

beforeAll(async () => {
  [database, slack] = await Promise.all([createTestDatabase(), startLocalSlack()]);
  db = openDatabase(database.url);
  threads = await start();
  await until('the notifier', () => threads.state()['notifier'] === 'up');
});
afterAll(async () => {
  await threads.stop(3_000);
  await db.close();
  await slack.stop();
  await database.drop();
});

function start(
  { url: databaseUrl, apiUrl }: { url: string; apiUrl: string } = {
    url: database.url,
    apiUrl: slack.apiUrl,
  },
  log = createLog('test'),
): Promise<Threads> {
  const { botToken } = slack;
  const workerData = {
    databaseUrl,
    slack: { botToken, apiUrl },
    baseUrl: 'http://localhost:5000',
    defaultChannel: null,
    dialect: 'slack',
    templates: null,
    config: commandDefaults,
    notifiers: { webhook: null, hipchat: null, mail: null },
  };
  return startThreads([{ name: 'notifier', workerData }], log, () => {});
}

/** Until it has nothing to do, and has just begun to wait: it looks again by itself after five seconds. */
const idle = () =>
  until('the notifier to wait', async () => {
    const [row] = await db.query<{ idle: boolean | null }>(
      `select bool_and(state = 'idle' and state_change < clock_timestamp() - interval '0.5 s') as idle
       from pg_stat_activity
       where application_name = 'kuroko notifier' and datname = current_database()`,
    );
    return row?.idle;
  });
const labels = (message: LocalMessage): string[] =>
  (message.blocks ?? [])
    .flatMap(({ elements = [] }) => elements)
    .flatMap(({ type, text }) => (type === 'button' && text !== undefined ? [text.text] : []));

it('tells a run from its launch to its end in one message of a real workspace', async () => {
  const worker = await handWorker(db);
  const { id } = await define(db, 'execute: ./a.sh\nexecute: ./b.sh\n', {
    slackChannel: '#alerts',
  });
  const { instanceId } = await launchOne(db, id);
  const posted = await slack.waitForMessage(({ text }) => text?.includes('is running') === true, {
    in: 'alerts',
  });
  expect(labels(posted)).toEqual(['Cancel', 'Logs']);
  expect(JSON.stringify(posted.blocks)).toContain(`/definitions/${id}/instances/${instanceId}|`);

  await worker.end(await worker.claim(), 1, 'no such table\n');
  const failure = await slack.waitForMessage(({ thread_ts: thread }) => thread === posted.ts, {
    in: 'alerts',
  });
  expect(labels(failure)).toEqual(['Retry', 'Skip', 'Cancel']);
  expect(JSON.stringify(failure.blocks)).toContain('no such table');
  const edited = (await slack.messages('alerts')).find(({ ts }) => ts === posted.ts);
  expect(edited?.text).toContain('failed and waits for you');
  expect(edited && labels(edited)).toEqual(['Retry', 'Skip', 'Cancel']);
});

it('tells of a launch as soon as it is committed', async () => {
  const { id } = await define(db, 'noop:\n', { slackChannel: '#alerts' });
  const told = async () => {
    await idle();
    const { instanceId } = await launchOne(db, id);
    const began = performance.now();
    const isOfIt = ({ blocks }: LocalMessage) =>
      JSON.stringify(blocks).includes(`instances/${instanceId}|`);
    await slack.waitForMessage(isOfIt, { in: 'alerts' });
    return performance.now() - began;
  };
  expect(await shortest(3_000, told)).toBeLessThan(3_000);
});

it('ends when it is asked to, and the next one tells what happened meanwhile', async () => {
  const { id } = await define(db, 'execute: ./c.sh\n', { slackChannel: '#general' });
  const ended = async () => {
    threads = await start();
    await until('the notifier', () => threads.state()['notifier'] === 'up');
    await idle();
    const began = performance.now();
    await threads.stop(3_000);
    return performance.now() - began;
  };
  await threads.stop(3_000);
  expect(await shortest(2_000, ended)).toBeLessThan(2_000);
  await launchOne(db, id);
  expect(await slack.messages('general')).toEqual([]);

  threads = await start();
  await slack.waitForMessage(({ text }) => text?.includes('is running') === true);
  expect(await slack.messages('general')).toHaveLength(1);
});

it('goes on after its connections to the database were cut', async () => {
  const { id } = await define(db, 'execute: ./c.sh\n', { slackChannel: '#general' });
  const cut = await db.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'kuroko notifier%'",
  );
  expect(cut.length).toBeGreaterThan(0);
  const { instanceId } = await launchOne(db, id);
  await slack.waitForMessage(
    ({ blocks }) => JSON.stringify(blocks).includes(`instances/${instanceId}|`),
    { in: 'general' },
  );
  expect(threads.state()).toEqual({ notifier: 'up' });
});

it('brings a run that goes on up to date without a notice, and only when something changed', async () => {
  const worker = await handWorker(db, '@slow');
  const { id } = await define(db, 'queue: @slow\nexecute: ./d.sh\n', {
    slackChannel: '#general',
  });
  const { instanceId } = await launchOne(db, id);
  const waiting = await slack.waitForMessage(
    ({ blocks }) => JSON.stringify(blocks).includes(`instances/${instanceId}|`),
    { in: 'general' },
  );
  expect(JSON.stringify(waiting.blocks)).toContain('waits for a worker');
  await worker.claim();
  await db.query("update slack_messages set updated_at = now() - interval '16 seconds'");
  const running = await until(
    'the edit, a whole turn later where the notifier was just looking',
    async () =>
      (await slack.messages('general')).find(
        ({ ts, blocks }) => ts === waiting.ts && JSON.stringify(blocks).includes(' runs on '),
      ),
  );
  expect(labels(running)).toEqual(['Terminate', 'Cancel', 'Logs']);

  const edits = (await slack.calls('chat.update')).length;
  await db.query("update slack_messages set updated_at = now() - interval '16 seconds'");
  await until('a look at it', async () => {
    const [row] = await db.query<{ fresh: boolean }>(
      `select bool_and(updated_at > now() - interval '10 seconds') as fresh
       from slack_messages join instances i on i.id = instance_id
       where i.status = 'working'`,
    );
    return row?.fresh;
  });
  expect(await slack.calls('chat.update')).toHaveLength(edits);
});

it('is ended where it stands when Slack does not answer, which is nothing that has failed', async () => {
  const other = await createTestDatabase();
  const books = openDatabase(other.url);
  const asked: unknown[] = [];
  const deaf = createServer((request) => void asked.push(request.url)).listen(0, '127.0.0.1');
  await once(deaf, 'listening');
  const { port } = deaf.address() as AddressInfo;
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const lonely = await start({ url: other.url, apiUrl: `http://127.0.0.1:${port}/api/` }, log);
  const { id } = await define(books, 'execute: ./c.sh\n', { slackChannel: '#general' });
  await launchOne(books, id);
  await until('Slack to be asked', () => asked.length > 0);
  await lonely.stop(1_500);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 40, threads: ['notifier'], msg: 'threads did not end in time and are ended' },
  ]);
  expect(lonely.state()).toEqual({ notifier: 'down' });
  deaf.closeAllConnections();
  deaf.close();
  await books.close();
  await other.drop();
});
