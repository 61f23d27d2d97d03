import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { brokenPromises, timesNoted } from '../support/broken-promises.ts';
import { createTestDatabase } from '../support/database.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { startEngine } from '../support/engine.ts';
import { long } from '../support/form.ts';
import { createJournal } from '../support/journal.ts';
import { define, launchMany, openDatabase } from '../support/operations.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';

const instances = long ? 400 : 40;

/** An engine that reaches its database through a proxy; the test itself reaches it directly. */
async function engineBehindProxy() {
  const journal = createJournal();
  onTestFinished(() => journal.remove());
  const test = await createTestDatabase();
  onTestFinished(() => test.drop());
  const db = openDatabase(test.url, { name: 'test' });
  onTestFinished(() => db.close());
  const proxy = await startDatabaseProxy(test.url);
  onTestFinished(() => proxy.close());
  const engine = await startEngine({ url: test.url, threadUrl: proxy.url });
  onTestFinished(() => engine.stop());
  const { id } = await define(db, journal.step('sleep 0.05').repeat(3));
  return { db, journal, proxy, launch: (count: number) => launchMany(db, id, count) };
}

it('connections that fall silent without an end cost time, and nothing else', async () => {
  const { db, journal, proxy, launch } = await engineBehindProxy();
  // Sees the database all the while, and must not take the other for dead.
  const witness = await startEngine({ url: db.url, host: 'witness', workers: 1 });
  onTestFinished(() => witness.stop());
  for (let launched = 0; launched < instances; launched += 20) await launch(20);
  await until('some to run', () => timesNoted(journal, 'end') > 10);
  expect(proxy.freeze()).toBeGreaterThan(3);
  const before = timesNoted(journal, 'end');
  // Longer than any deadline of a query; what was on its way arrives after its sender gave up.
  await sleep(long ? 60_000 : 3_000);
  const meanwhile = timesNoted(journal, 'end') - before;
  expect(meanwhile).toBeGreaterThanOrEqual(long ? instances : 0);
  proxy.heal();
  expect(await settled(db, 120_000)).toEqual({ success: instances });
  expect(timesNoted(journal, 'end')).toBe(instances * 3);
  expect(await brokenPromises(db, journal)).toEqual([]);
}, 300_000);

it('a LISTEN connection that is silently dead delays work by a poll, and is replaced', async () => {
  const { db, journal, proxy, launch } = await engineBehindProxy();
  const listener = 'kuroko executor listen';
  await until('the listener to listen', () => proxy.opened(listener) === 1);
  await launch(1);
  await settled(db, 15_000);
  expect(proxy.freeze(listener)).toBe(1);
  await launch(1);
  expect(await settled(db, 15_000)).toEqual({ success: 2 });
  await until('another listener', () => proxy.opened(listener) === 2, 20_000);
  await launch(1);
  expect(await settled(db, 15_000)).toEqual({ success: 3 });
  proxy.heal();
  expect(await brokenPromises(db, journal)).toEqual([]);
});
