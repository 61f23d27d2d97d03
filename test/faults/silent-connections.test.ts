import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { brokenPromises, timesNoted } from '../support/broken-promises.ts';
import { startEngine } from '../support/engine.ts';
import { faultStage } from '../support/fault-stage.ts';
import { long } from '../support/form.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';

const instances = long ? 400 : 40;

/** An engine that reaches its database through a proxy; the test itself reaches it directly. */
async function stageBehindProxy() {
  const stage = await faultStage(onTestFinished);
  const proxy = await stage.proxyTo();
  const engine = await startEngine({ url: stage.url, threadUrl: proxy.url });
  onTestFinished(() => engine.stop());
  return { ...stage, proxy, script: stage.journal.step('sleep 0.05').repeat(3) };
}

it('connections that fall silent without an end cost time, and nothing else', async () => {
  const { db, journal, proxy, script, launch, witness } = await stageBehindProxy();
  // Sees the database all the while, and must not take the other for dead.
  await witness();
  await launch(script, instances);
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
  const { db, journal, proxy, script, launch } = await stageBehindProxy();
  const listener = 'kuroko executor listen';
  await until('the listener to listen', () => proxy.opened(listener) === 1);
  await launch(script, 1);
  await settled(db, 15_000);
  expect(proxy.freeze(listener)).toBe(1);
  await launch(script, 1);
  expect(await settled(db, 15_000)).toEqual({ success: 2 });
  await until('another listener', () => proxy.opened(listener) === 2, 20_000);
  await launch(script, 1);
  expect(await settled(db, 15_000)).toEqual({ success: 3 });
  proxy.heal();
  expect(await brokenPromises(db, journal)).toEqual([]);
});
