import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { findInstance } from '../../src/store/instances.ts';
import { startThreads, type Threads } from '../../src/workers/threads.ts';
import {
  startCloudWatchStandIn,
  type CloudWatchStandIn,
  type CloudWatchTrouble,
} from '../support/cloud-watch-stand-in.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { define, launchOne } from '../support/operations.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let db: Database;
let engine: Engine;
let cloudWatch: CloudWatchStandIn;
let loggers: Threads[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { max: 2 });
  [engine, cloudWatch] = await Promise.all([
    startEngine({ url: database.url }),
    startCloudWatchStandIn(),
  ]);
  process.env['AWS_ENDPOINT_URL'] = cloudWatch.url;
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIATEST';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'of-the-test';
});
afterEach(async () => {
  cloudWatch.trouble = null;
  await Promise.all(loggers.map((logger) => logger.stop(10_000)));
  loggers = [];
  if (cloudWatch.complaints.length > 0) throw new Error(cloudWatch.complaints.join('; '));
});
afterAll(async () => {
  await engine.stop();
  await db.close();
  await cloudWatch.stop();
  await database.drop();
});

async function startLogger(): Promise<void> {
  const workerData = { databaseUrl: database.url, groupName: 'kuroko2', region: 'eu-west-1' };
  const plan = { name: 'logger' as const, workerData };
  const threads = await startThreads([plan], createLog('test'), () => {});
  loggers.push(threads);
  await until('the logger to be up', () => threads.state()['logger'] === 'up');
  await until('it to have begun', async () => {
    const rows = await db.query('select from execution_log_cursor');
    return rows.length === 1;
  });
}

async function run(script: string, env: Record<string, string> = {}) {
  const definition = await define(db, script);
  const { instanceId } = await launchOne(db, definition.id, { env });
  const stream = `kuroko2 JOB${String(definition.id).padStart(10, '0')}/${instanceId}`;
  return { instanceId, stream };
}

type Event = { uuid: string; pid: number | null; level: string; message: string };
/** In the order of their times, as CloudWatch shows them. */
const eventsOf = (stream: string): Event[] =>
  (cloudWatch.streams.get(stream) ?? [])
    .toSorted((one, other) => one.timestamp - other.timestamp)
    .map(({ message }) => JSON.parse(message) as Event);
const linesOf = (stream: string): string[] => eventsOf(stream).map(({ message }) => message);
const finished = (instanceId: number) =>
  until('it to finish', async () => (await findInstance(db, instanceId))?.status === 'success');
const allSent = () =>
  until(
    'everything to be sent',
    async () => {
      const rows = await db.query(`select from executions e where not exists (
        select from execution_logs l where l.execution_id = e.id and l.done_at is not null)`);
      return rows.length === 0;
    },
    30_000,
  );

describe('what commands write', () => {
  it('is in the stream of its instance, line by line, as Kuroko2 has it, and masked', async () => {
    await startLogger();
    const { stream, instanceId } = await run(
      String.raw`execute: printf 'one\nt'; sleep 0.6; printf 'wo <%s>\n\nend' "$API_TOKEN"` +
        '\nexecute: echo three',
      { API_TOKEN: 'very-secret' },
    );
    await finished(instanceId);
    await allSent();
    expect(linesOf(stream)).toEqual(['one', 'two <***>', '', 'end', 'three']);
    const [first, , , , last] = eventsOf(stream);
    const ids = await db.query<{ id: number; pid: number | null }>(
      'select id, pid from executions where instance_id = $1 order by id',
      [instanceId],
    );
    expect([first?.uuid, last?.uuid]).toEqual(ids.map(({ id }) => String(id)));
    expect(last).toMatchObject({ level: 'NOTICE', pid: ids[1]?.pid ?? null });
  });

  it('is there while it still runs', async () => {
    await startLogger();
    const { stream, instanceId } = await run(
      'execute: echo early; for i in $(seq 300); do test -e /tmp/none && exit; sleep 0.1; done; echo late',
    );
    await until('the first line', () => linesOf(stream).includes('early'));
    expect((await findInstance(db, instanceId))?.status).toBe('working');
    const [execution] = await db.query<{ id: number }>(
      'select id from executions where instance_id = $1',
      [instanceId],
    );
    await engine.guardian.stop(execution?.id ?? 0, 100);
    await allSent();
    expect(linesOf(stream)).toEqual(['early']);
  });

  it('is shared by several loggers, and comes once', async () => {
    await Promise.all([startLogger(), startLogger()]);
    const runs = await Promise.all(
      Array.from({ length: 12 }, (_, number) => run(`execute: seq -f 'line ${number} %g' 500`)),
    );
    await Promise.all(runs.map(({ instanceId }) => finished(instanceId)));
    await allSent();
    for (const [number, { stream }] of runs.entries()) {
      const wanted = Array.from({ length: 500 }, (_, index) => `line ${number} ${index + 1}`);
      expect(linesOf(stream)).toEqual(wanted);
    }
  });

  it('says what was not kept of very much, in batches within the limits', async () => {
    const { stream, instanceId } = await run('execute: seq 1000000');
    await finished(instanceId);
    await startLogger();
    await allSent();
    const lines = linesOf(stream);
    expect(lines.filter((line) => line.startsWith('[... '))).toHaveLength(1);
    expect(lines.slice(0, 3)).toEqual(['1', '2', '3']);
    expect(lines.at(-1)).toBe('1000000');
    expect(Math.max(...cloudWatch.batches)).toBeLessThanOrEqual(10_000);
    expect(cloudWatch.batches.length).toBeGreaterThan(10);
  });
});

describe('an outage', () => {
  it.each<CloudWatchTrouble>(['throttled', 'status 500', 'dropped', 'denied'])(
    '(%s) holds up no job, and is caught up',
    async (trouble) => {
      await startLogger();
      cloudWatch.trouble = trouble;
      const before = cloudWatch.troubled();
      const { stream, instanceId } = await run("execute: seq -f 'line %g' 100");
      await finished(instanceId);
      await until('it to have been tried', () => cloudWatch.troubled() > before);
      expect(linesOf(stream)).toEqual([]);
      cloudWatch.trouble = null;
      await allSent();
      expect(linesOf(stream)).toEqual(Array.from({ length: 100 }, (_, i) => `line ${i + 1}`));
    },
  );

  it('of a day is given up', async () => {
    cloudWatch.trouble = 'status 500';
    const { stream, instanceId } = await run('execute: echo old');
    await finished(instanceId);
    await startLogger();
    const open = () => db.query('select from execution_logs where done_at is null');
    await until('it to be entered', async () => (await open()).length > 0);
    await Promise.all(loggers.map((logger) => logger.stop(10_000)));
    await db.query(`update executions set finished_at = now() - interval '25 hours'
      where instance_id = ${instanceId}`);
    cloudWatch.trouble = null;
    await startLogger();
    await allSent();
    expect(linesOf(stream)).toEqual([]);
    const fresh = await run('execute: echo new');
    await until('what came later', () => linesOf(fresh.stream).includes('new'));
  });
});
