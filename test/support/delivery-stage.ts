// Deliveries to a Slack of our own, with commands that the test ends by hand: what tests of notices begin with.

import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createLog, type Log } from '../../src/log.ts';
import { createSlackApi, type SlackApi } from '../../src/notifiers/slack-api.ts';
import { cancel } from '../../src/operations/cancel.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { retry } from '../../src/operations/retry.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createDeliveries, type Deliveries } from '../../src/workers/deliveries.ts';
import { slackBooks } from '../../src/workers/slack-books.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { handWorker, type HandWorker } from './hand-worker.ts';
import { facts, member } from './operations.ts';
import { startSlackStandIn, type SlackStandIn } from './slack-stand-in.ts';

export interface DeliveryStage {
  readonly db: Database;
  readonly url: string;
  readonly slack: SlackStandIn;
  readonly worker: HandWorker;
  /** One more notifier; `paced` keeps the distance between posts that Slack asks for. */
  readonly notifier: (options?: StageNotifier) => Deliveries;
  /** Delivers until nothing is open any more. */
  readonly settle: (by?: Deliveries) => Promise<void>;
  /** Ends the oldest command. */
  readonly fail: (exitStatus?: number) => Promise<void>;
  readonly succeed: () => Promise<void>;
  readonly retryFailed: (instanceId: number) => Promise<void>;
  readonly cancelRun: (instanceId: number) => Promise<void>;
  /** Events of an instance, as they were written. */
  readonly eventsOf: (instanceId: number) => Promise<string[]>;
  /** Lets so much time pass, for what is in the books. */
  readonly pass: (interval: string) => Promise<void>;
}

interface StageNotifier {
  readonly defaultChannel?: string;
  readonly log?: Log;
  readonly paced?: boolean;
  /** Slack is given so long for an answer. */
  readonly timeoutMs?: number;
}

/** Call it at the top of a file; what it returns is filled before each test. */
export function deliveryStage(): DeliveryStage {
  const apis: SlackApi[] = [];
  const room = new EventEmitter().setMaxListeners(0);
  let database: TestDatabase;
  let db: Database;
  let slack: SlackStandIn;
  let worker: HandWorker;
  let deliveries: Deliveries;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = openDatabase(database.url, { max: 8 });
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });
  beforeEach(async () => {
    await db.query(
      'truncate audit, outbox, instances, tokens, executions, logs, definitions, failing_definitions, executors, users cascade',
    );
    slack = await startSlackStandIn();
    worker = await handWorker(db);
    deliveries = notifier();
  });
  afterEach(async () => {
    for (const api of apis.splice(0)) api.stop();
    await slack.stop();
  });

  async function isEmpty(): Promise<boolean> {
    const [row] = await db.query<{ open: number }>(
      'select count(*) as open from outbox where delivered_at is null and dead_at is null',
    );
    return row?.open === 0;
  }

  function notifier({
    defaultChannel,
    log,
    paced = false,
    timeoutMs = 10_000,
  }: StageNotifier = {}): Deliveries {
    const { apiUrl } = slack;
    const api = createSlackApi({
      botToken: 'xoxb-test',
      apiUrl,
      timeoutMs,
      ...(!paced && { postEveryMs: 20 }),
    });
    apis.push(api);
    const about = () => ({ baseUrl: 'http://kuroko.example', now: new Date() });
    return createDeliveries({
      db,
      notifier: {
        api,
        books: slackBooks(db, facts),
        about,
        defaultChannel: defaultChannel ?? null,
      },
      log: log ?? createLog('test'),
      onRoom: () => void room.emit('made'),
    });
  }

  const operate = (what: typeof retry | typeof cancel) => async (instanceId: number) => {
    const wish = { instanceId, actor: member('ben'), requestKey: randomUUID() };
    await inTransaction<unknown>(db, (tx) => what(tx, wish, facts));
  };

  return {
    get db() {
      return db;
    },
    get url() {
      return database.url;
    },
    get slack() {
      return slack;
    },
    get worker() {
      return worker;
    },
    notifier,
    async settle(by = deliveries) {
      const end = performance.now() + 60_000;
      while ((await by.take()) > 0 || !(await isEmpty())) {
        if (performance.now() > end) throw new Error('still waiting for: an empty outbox');
        // Whatever ends makes room at once; what was put off is due by itself.
        await Promise.race([once(room, 'made'), sleep(25)]);
      }
    },
    fail: async (exitStatus = 3) => worker.end(await worker.claim(), exitStatus, 'no such table\n'),
    succeed: async () => worker.end(await worker.claim(), 0),
    retryFailed: operate(retry),
    cancelRun: operate(cancel),
    eventsOf: async (instanceId) =>
      (
        await db.query<{ event: string }>(
          'select event from outbox where instance_id = $1 order by id',
          [instanceId],
        )
      ).map(({ event }) => event),
    async pass(interval) {
      await db.query(`update slack_messages set created_at = created_at - $1::interval`, [
        interval,
      ]);
      await db.query(`update outbox set created_at = created_at - $1::interval`, [interval]);
    },
  };
}
