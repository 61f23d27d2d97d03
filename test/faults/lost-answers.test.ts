import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { launch } from '../../src/operations/launch.ts';
import { brokenPromises, timesNoted } from '../support/broken-promises.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { long } from '../support/form.ts';
import { createJournal } from '../support/journal.ts';
import { define, facts, member, openDatabase } from '../support/operations.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

const instances = long ? 1_000 : 150;

let test: TestDatabase;
let proxy: DatabaseProxy;
let db: Database;
let throughProxy: Database;
let engine: Engine;
const journal = createJournal();
beforeAll(async () => {
  test = await createTestDatabase();
  proxy = await startDatabaseProxy(test.url, { share: 0.02 });
  db = openDatabase(test.url);
  throughProxy = openDatabase(proxy.url);
  engine = await startEngine({ url: test.url, threadUrl: proxy.url });
});
afterAll(async () => {
  await engine.stop();
  await throughProxy.close();
  await proxy.close();
  await db.close();
  await test.drop();
  journal.remove();
});

it('answers that are lost at random strand no instance and run no step twice', async () => {
  const { id } = await define(db, journal.step(':').repeat(3));
  const wish = () => ({
    definitionId: id,
    env: {},
    actor: member('alice'),
    from: 'cli' as const,
    launchKey: randomUUID(),
    channel: null,
  });
  for (let launched = 0; launched < instances; launched += 10) {
    const wishes = Array.from({ length: 10 }, wish);
    // Lost answers to launches, too: tried again under the same keys until one comes.
    await until('a launch to be answered', () =>
      inTransaction(throughProxy, (tx) => launch(tx, wishes, facts)).catch(() => null),
    );
  }
  expect(await settled(db, 240_000)).toEqual({ success: instances });
  expect(proxy.lost()).toBeGreaterThan(instances / 50);
  expect(timesNoted(journal, 'end')).toBe(instances * 3);
  expect(await brokenPromises(db, journal)).toEqual([]);
});
