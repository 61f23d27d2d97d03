import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { listen, type Listening } from '../../src/store/listen.ts';
import { tellNotifier } from '../../src/store/tell-notifier.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handWorker } from '../support/hand-worker.ts';
import { define, launchOne, openDatabase } from '../support/operations.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
let listening: Listening;
let told: number;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url);
  listening = listen(test.url, {
    channels: ['kuroko_outbox'],
    onNotify: () => {
      told += 1;
    },
    onConnected: () => {},
  });
  await until('somebody to listen', () => listening.connected);
});
beforeEach(() => {
  told = 0;
});
afterAll(async () => {
  await listening.stop();
  await db.close();
  await test.drop();
});

it('tells at once, and once for all that comes soon after', async () => {
  for (let time = 0; time < 100; time += 1) tellNotifier(db);
  await until('the second telling', () => told === 2);
  // Another database is another matter: this one comes after whatever the first might still say.
  const other = openDatabase(test.url);
  tellNotifier(other);
  await until('the third telling', () => told === 3);
  await other.close();
  expect(told).toBe(3);
});

it('tells of the end of a command, whether it succeeded or failed', async () => {
  const worker = await handWorker(db);
  const { id } = await define(db, 'execute: one\n');
  for (const exitStatus of [0, 1]) {
    await launchOne(db, id);
    await until('the launch to be told', () => told > 0);
    const claim = await worker.claim();
    told = 0;
    await worker.end(claim, exitStatus);
    await until('its end to be told', () => told > 0);
    told = 0;
  }
  expect(
    await db.query(`select id from outbox where event in ('finished', 'failure')`),
  ).toHaveLength(2);
});
