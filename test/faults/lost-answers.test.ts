import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { launch } from '../../src/operations/launch.ts';
import { inconsistencies } from '../support/consistency.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { startLosingProxy, type LosingProxy } from '../support/losing-proxy.ts';
import { define, facts, member, openDatabase } from '../support/operations.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

/** The long form is part of `npm run test:faults`. */
const instances = process.env['KUROKO_FAULTS'] === 'long' ? 1_000 : 150;

let test: TestDatabase;
let proxy: LosingProxy;
let db: Database;
let throughProxy: Database;
let engine: Engine;
const journal = path.join(mkdtempSync(path.join(tmpdir(), 'kuroko-lost-')), 'journal');
beforeAll(async () => {
  appendFileSync(journal, '');
  test = await createTestDatabase();
  proxy = await startLosingProxy(test.url, 0.02);
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
});

it('answers that are lost at random strand no instance and run no step twice', async () => {
  // The commands themselves say that they ran, where the database has no part in it.
  const step = (name: string) => `execute: echo "$KUROKO2_JOB_INSTANCE_ID ${name}" >> ${journal}\n`;
  const { id } = await define(db, step('one') + step('two') + step('three'));
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
  const countOf = async (status: string) => {
    const [row] = await db.query<{ count: number }>(
      'select count(*) from instances where status = $1',
      [status],
    );
    return row?.count ?? 0;
  };
  await until('all to finish', async () => (await countOf('success')) === instances, 240_000);
  expect(proxy.lost()).toBeGreaterThan(instances / 50);
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(instances * 3);
  expect(new Set(lines).size).toBe(instances * 3);
  expect(await inconsistencies(db)).toEqual([]);
});
