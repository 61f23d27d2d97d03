import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { brokenPromises, timesNoted } from '../support/broken-promises.ts';
import { startEngine } from '../support/engine.ts';
import { faultStage, type FaultStage } from '../support/fault-stage.ts';
import { long } from '../support/form.ts';
import { startOwnPostgres } from '../support/own-postgres.ts';
import { settled } from '../support/settled.ts';

const instances = long ? 2_000 : 60;

/** An engine with that many instances of three steps under way. */
async function underLoad(url?: string): Promise<FaultStage> {
  const stage = await faultStage(onTestFinished, url);
  const engine = await startEngine({ url: stage.url });
  onTestFinished(() => engine.stop());
  await stage.launch(stage.journal.step('sleep 0.05').repeat(3), instances);
  return stage;
}

/** Repeats what goes wrong until the instances are through with it. */
async function untilSettled(
  { db }: FaultStage,
  goWrong: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const over = new AbortController();
  const states = settled(db, 1_200_000).finally(() => over.abort());
  while (!over.signal.aborted) await goWrong();
  return states;
}

it('a database that restarts again and again under the load loses nothing and repeats nothing', async () => {
  const postgres = await startOwnPostgres();
  onTestFinished(() => postgres.stop());
  const stage = await underLoad(postgres.url);
  let restarts = 0;
  const states = await untilSettled(stage, async () => {
    await sleep(long ? 5_000 + Math.random() * 5_000 : 1_000);
    restarts += 1;
    await postgres.restart(restarts % 2 === 0 ? 'fast' : 'crash');
  });
  expect(states).toEqual({ success: instances });
  expect(restarts).toBeGreaterThanOrEqual(2);
  expect(timesNoted(stage.journal, 'end')).toBe(instances * 3);
  expect(await brokenPromises(stage.db, stage.journal)).toEqual([]);
  process.stdout.write(`${restarts} restarts of Postgres under ${instances} instances\n`);
});

it('connections that are terminated once a second lose nothing and repeat nothing', async () => {
  const stage = await underLoad();
  let terminated = 0;
  const states = await untilSettled(stage, async () => {
    await sleep(1_000);
    const rows = await stage.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name <> 'test'`,
    );
    terminated += rows.length;
  });
  expect(states).toEqual({ success: instances });
  expect(terminated).toBeGreaterThan(5);
  expect(timesNoted(stage.journal, 'end')).toBe(instances * 3);
  expect(await brokenPromises(stage.db, stage.journal)).toEqual([]);
  process.stdout.write(`${terminated} connections terminated under ${instances} instances\n`);
});
