import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { insertNotice } from '../../src/store/outbox.ts';
import { beginSpreading } from '../../src/store/spreading.ts';
import { createTestDatabase } from '../support/database.ts';
import { long } from '../support/form.ts';
import { define, launchMany, openDatabase } from '../support/operations.ts';
import { ownBuild } from '../support/schedule-stage.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver, type Received } from '../support/webhook-receiver.ts';
import type { Masked } from '../../src/workflow/mask.ts';

const secretToken = 'the secret of both sides';
const notifiers = 2;
const instances = long ? 100 : 20;
const noticesEach = long ? 50 : 10;
const leastKills = long ? 200 : 8;

it('notifiers that are killed again and again send each notice at least once, the same each time, and in order', async () => {
  const database = await createTestDatabase();
  const db = openDatabase(database.url, { max: 6 });
  const receiver = await startWebhookReceiver(secretToken);
  onTestFinished(async () => {
    await receiver.stop();
    await db.close();
    await database.drop();
  });
  await beginSpreading(db, ['webhook']);
  const { id } = await define(db, 'execute: x\n', { webhookUrl: receiver.url('/hook') });
  const launched = await launchMany(db, id, instances);

  const crew = await Promise.all(Array.from({ length: notifiers }, () => start(database.url)));
  onTestFinished(() => crew.forEach((child) => child.kill('SIGKILL')));
  let kills = 0;
  const over = new AbortController();
  const killing = (async () => {
    while (!over.signal.aborted || kills < leastKills) {
      await sleep(50 + Math.random() * 400);
      const victim = kills % notifiers;
      crew[victim]?.kill('SIGKILL');
      kills += 1;
      crew[victim] = await start(database.url);
    }
  })();

  for (let number = 1; number <= noticesEach; number += 1) {
    // Now and then it is not taken at once.
    if (number % 5 === 0) receiver.answers('/hook', { status: 503 }, 'cut');
    for (const { instanceId } of launched) {
      const message = String(number) as Masked;
      const notice = { event: 'retrying', payload: { message } } as const;
      await inTransaction(db, (tx) => insertNotice(tx, instanceId, notice));
    }
    await sleep(long ? 500 : 50);
  }
  over.abort();
  await killing;
  await until(
    'that everything is sent',
    async () => {
      const [row] = await db.query<{ sent: number; open: number }>(
        `select count(delivered_at) as sent, count(*) - count(delivered_at) as open from deliveries`,
      );
      return row?.sent === instances * (noticesEach + 1) && row.open === 0;
    },
    300_000,
  );

  expect(kills).toBeGreaterThanOrEqual(leastKills);
  const taken = receiver.received.filter(({ status }) => status === 200);
  for (const { instanceId } of launched) {
    const own = taken.filter(({ json }) => json.job_instance['id'] === instanceId);
    // The first time that each arrived.
    const numbers = [...new Set(own.map(({ json }) => json.message))];
    const expected = Array.from({ length: noticesEach }, (_, index) => String(index + 1));
    expect(numbers).toEqual(['Launched by alice', ...expected]);
    expect(stepsBack(own)).toEqual([]);
  }
  const bodies = new Map<string, Set<string>>();
  for (const { key, body } of receiver.received) {
    bodies.set(key, (bodies.get(key) ?? new Set()).add(body));
  }
  expect(bodies.size).toBe(instances * (noticesEach + 1));
  expect([...bodies.values()].filter(({ size }) => size > 1)).toEqual([]);
  const twice = taken.length - bodies.size;
  process.stdout.write(`${kills} kills over ${bodies.size} notices, ${twice} sent twice\n`);
});

/** What arrived after something later of its instance had been taken. */
function stepsBack(own: readonly Received[]): string[] {
  let newest = 0;
  return own.flatMap(({ json: { message } }) => {
    const number = Number(message) || 0;
    if (number < newest) return [`${number} after ${newest}`];
    newest = number;
    return [];
  });
}

async function start(url: string): Promise<ChildProcess> {
  const argument = JSON.stringify({ build: ownBuild, url, secretToken });
  const script = new URL('../support/notifier-process.mjs', import.meta.url).pathname;
  const child = fork(script, [argument], {
    silent: true,
    env: { ...process.env, KUROKO_LOG: 'silent' },
  });
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}
