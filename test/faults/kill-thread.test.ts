import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { brokenPromises, timesNoted } from '../support/broken-promises.ts';
import { faultStage } from '../support/fault-stage.ts';
import { long } from '../support/form.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';

const deaths = long ? 40 : 4;
const instances = deaths * 6;

it('threads that die of an error, at any moment, end no command and run none twice', async () => {
  const { db, url, journal, launch, host, witness } = await faultStage(onTestFinished);
  const dying = host({ name: 'dying', workers: 4 });
  const { child } = await dying.start(url);
  await witness();
  await launch(journal.step('sleep 0.1; echo output; sleep 0.2').repeat(3), instances);
  for (let death = 1; death <= deaths; death += 1) {
    await sleep(Math.random() * 500);
    dying.order(death % 4 === 0 ? 'keeper' : 'executor', { do: 'throw' });
    await until('the thread to die', () => dying.done().length === death, 30_000);
  }
  expect(await settled(db, 300_000)).toEqual({ success: instances });
  expect(timesNoted(journal, 'end')).toBe(instances * 3);
  expect(await brokenPromises(db, journal)).toEqual([]);
  expect(child.exitCode).toBeNull();
});
