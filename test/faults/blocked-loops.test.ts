import { expect, it, onTestFinished } from 'vitest';
import { brokenPromises, timesNoted } from '../support/broken-promises.ts';
import { faultStage } from '../support/fault-stage.ts';
import { long } from '../support/form.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';

const commands = 32;
const blockedMs = long ? 20_000 : 3_000;

it('event loops that stand still let no command die, and lose none', async () => {
  const { db, url, journal, launch, host, witness } = await faultStage(onTestFinished);
  const blocked = host({ name: 'blocked', workers: commands });
  await blocked.start(url);
  await launch(`${journal.step('sleep 2')}${journal.step('echo last')}`, commands);
  await until('all to run', () => timesNoted(journal, 'start') >= commands);
  await witness();

  const threads = ['main', 'executor', 'keeper'] as const;
  for (const thread of threads) blocked.order(thread, { do: 'block', ms: blockedMs });
  await until('the loops to go on', () => blocked.done().length === 3, 60_000);

  expect(await settled(db, 60_000)).toEqual({ success: commands });
  expect(timesNoted(journal, 'end')).toBe(commands * 2);
  expect(await brokenPromises(db, journal)).toEqual([]);
});
