import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { retry } from '../../src/operations/retry.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createTestDatabase } from '../support/database.ts';
import { long } from '../support/form.ts';
import { handWorker } from '../support/hand-worker.ts';
import { killNotifier, startNotifier } from '../support/slack-notifier-process.ts';
import { define, facts, launchMany, member } from '../support/operations.ts';
import { isAbout, misreadings, type Happened } from '../support/slack-readings.ts';
import { startSlackStandIn, type SlackStandIn, type Trouble } from '../support/slack-stand-in.ts';
import { until } from '../support/until.ts';

const patience = { timeout: long ? 3_600_000 : 120_000 };

async function stage(): Promise<{ db: Database; url: string; slack: SlackStandIn }> {
  const { url, drop } = await createTestDatabase();
  const db = openDatabase(url, { max: 4, name: 'test' });
  const slack = await startSlackStandIn();
  onTestFinished(async () => {
    await slack.stop();
    await db.close();
    await drop();
  });
  return { db, url, slack };
}

const room = (slack: SlackStandIn, index: number): string => {
  const name = `#room-${index}`;
  slack.channel(name, { id: `C0ROOM${index}`, member: true });
  return name;
};

/** Nobody is at anything any more: what was held is free as if the lease were over. */
const freeLeases = (db: Database) =>
  db.query('update outbox set leased_until = null where leased_until is not null');

const open = async (db: Database): Promise<number> => {
  const [row] = await db.query<{ open: number }>(
    'select count(*) as open from outbox where delivered_at is null and dead_at is null',
  );
  return row?.open ?? 0;
};
const empty = (db: Database, mostMs: number) =>
  until('an empty outbox', async () => (await open(db)) === 0, mostMs);

it(
  'notifiers that are killed at any moment show everything once, and in order',
  patience,
  async () => {
    const kills = long ? 200 : 2;
    const runs = long ? 1_250 : 16;
    const rooms = long ? 50 : 6;
    const { db, url, slack } = await stage();
    const worker = await handWorker(db);
    const happened: Happened[] = [];
    const progress = { fed: false };

    /** Four notices a run: launched, failed, retried, back to normal. */
    async function live(index: number): Promise<void> {
      const slackChannel = room(slack, index % rooms);
      const { id } = await define(db, 'execute: ./a.sh\n', { name: `job-${index}`, slackChannel });
      const [run] = await launchMany(db, id, 1);
      const instanceId = run?.instanceId ?? 0;
      await worker.end(await worker.claim(), 3, 'no such table\n');
      const wish = { instanceId, actor: member('ben'), requestKey: `retry-${index}` };
      await inTransaction(db, (tx) => retry(tx, wish, facts));
      await worker.end(await worker.claim(), 0);
      happened.push({ instanceId, failures: 1, end: 'is back to normal' });
    }
    const living = (async () => {
      for (let index = 0; index < runs; index += 1) {
        await live(index);
        // No faster than they are told: what waits for minutes is told in one message.
        if (long) await until('most to be told', async () => (await open(db)) < 4 * rooms, 120_000);
      }
      progress.fed = true;
    })();
    let killed = 0;
    for (; killed < kills || !progress.fed; killed += 1) {
      const notifier = await startNotifier(url, slack.apiUrl, onTestFinished);
      await sleep(Math.random() * (long ? 4_000 : 600));
      await killNotifier(notifier);
      await freeLeases(db);
    }
    await living;
    const last = await startNotifier(url, slack.apiUrl, onTestFinished);
    await empty(db, long ? 600_000 : 60_000);
    await killNotifier(last);
    expect(misreadings(slack.messages, happened)).toEqual([]);
    const repeated = slack.taken('chat.postMessage').length - slack.messages.length;
    const [{ notices } = { notices: 0 }] = await db.query<{ notices: number }>(
      'select count(*) as notices from outbox where delivered_at is not null',
    );
    process.stdout.write(
      `${notices} notices, ${killed} kills: ${slack.messages.length} messages, ${repeated} posts that Slack knew already\n`,
    );
  },
);

it('after hours without Slack each channel hears of them in one message', patience, async () => {
  const rooms = long ? 10 : 2;
  const succeeding = long ? 450 : 30;
  const failing = long ? 40 : 12;
  const { db, url, slack } = await stage();
  const worker = await handWorker(db);
  const channels = Array.from({ length: rooms }, (_, index) => room(slack, index));
  const jobs = await Promise.all(
    channels.map(async (slackChannel, index) => ({
      good: await define(db, 'execute: ./a.sh\n', { name: `good-${index}`, slackChannel }),
      bad: await define(db, 'execute: ./b.sh\n', { name: `bad-${index}`, slackChannel }),
    })),
  );

  // Told before: each of them ends while Slack is away.
  const before: number[] = [];
  for (const { good } of jobs) before.push((await launchMany(db, good.id, 1))[0]?.instanceId ?? 0);
  let notifier = await startNotifier(url, slack.apiUrl, onTestFinished);
  await until('what runs to be told', () => slack.messages.length === rooms, 30_000);

  const weather: Trouble[] = [
    { type: 'status', status: 500 },
    { type: 'drop' },
    { type: 'hang' },
    { type: 'limited', retryAfter: 1 },
    { type: 'error', error: 'internal_error' },
  ];
  const over = new AbortController();
  const storm = (async () => {
    for (let index = 0; !over.signal.aborted; index += 1) {
      slack.calm();
      slack.trouble(weather[index % weather.length] ?? { type: 'drop' }, { times: Infinity });
      await sleep(long ? 3_000 : 500);
    }
  })();
  const endAll = async (exitStatus: number, count: number) => {
    for (let left = count; left > 0; left -= 1) await worker.end(await worker.claim(), exitStatus);
  };
  await endAll(0, rooms);
  for (const { good, bad } of jobs) {
    for (let left = succeeding; left > 0; left -= 50) {
      await launchMany(db, good.id, Math.min(left, 50));
      await endAll(0, Math.min(left, 50));
    }
    await launchMany(db, bad.id, failing);
    await endAll(1, failing);
  }
  const events = await open(db);
  expect(slack.messages, 'nothing is told meanwhile').toHaveLength(rooms);
  await db.query(`update outbox set created_at = created_at - interval '6 hours'`);
  over.abort();
  await storm;
  slack.calm();
  if (!long) {
    await killNotifier(notifier);
    await freeLeases(db);
    notifier = await startNotifier(url, slack.apiUrl, onTestFinished);
  }
  const back = performance.now();
  await empty(db, long ? 900_000 : 90_000);
  const seconds = Math.round((performance.now() - back) / 1_000);
  await killNotifier(notifier);

  for (const id of before) {
    const [message, ...more] = slack.messages.filter((each) => isAbout(each, id));
    expect(message?.text).toMatch(/^✅ good-\d+ finished$/);
    expect(more).toEqual([]);
  }
  for (const index of channels.keys()) {
    const inRoom = slack.messages.filter(({ channel }) => channel === `C0ROOM${index}`).slice(1);
    const digests = inRoom.filter(({ text }) => text.startsWith('📬'));
    expect(digests).toHaveLength(1);
    const words = JSON.stringify(digests[0]);
    const counted = (form: RegExp): number => Number(form.exec(words)?.[1] ?? 0);
    const runs = inRoom.filter(({ text }) => !text.startsWith('📬') && !text.includes('failed at'));
    const own = runs.filter(({ text }) => text.endsWith('failed and waits for you')).length;
    expect(own).toBeGreaterThanOrEqual(10);
    expect(own + counted(/❌ (\d+) failed and wait/)).toBe(failing);
    expect(runs.length + counted(/what became of (\d+) runs/)).toBe(succeeding + failing);
    // Ten that wait for somebody, each with a failure; and what was under way when Slack came back.
    expect(inRoom.length).toBeLessThanOrEqual(1 + 2 * 10 + 10);
  }
  const [{ dead } = { dead: -1 }] = await db.query<{ dead: number }>(
    'select count(*) as dead from outbox where dead_at is not null',
  );
  expect(dead).toBe(0);
  process.stdout.write(
    `${events} events after six hours: told in ${seconds} s, ${slack.messages.length} messages\n`,
  );
});
