import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandDefaults } from '../../src/config.ts';
import { awaitEngineConfig } from '../../src/main/await-engine-config.ts';
import { publishConfig, publishedConfig } from '../../src/operations/engine-config.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { writeEngineConfig } from '../../src/store/engine-config.ts';
import { joinOutput, readOutput } from '../../src/store/output.ts';
import { executionsOf } from '../../src/store/executions.ts';
import { listen } from '../../src/store/listen.ts';
import { migrateLatest } from '../../src/store/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { readyCommandOf, startEngine } from '../support/engine.ts';
import { define, launchOne, openDatabase } from '../support/operations.ts';
import { processesInGroup } from '../support/live-processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import type { EngineConfig } from '../../src/operations/engine-config.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 4 });
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const configOf = (more: Partial<EngineConfig> = {}): EngineConfig => ({
  ...commandDefaults,
  ...more,
});
const publish = (config: EngineConfig) => inTransaction(db, (tx) => publishConfig(tx, config));
const write = (config: unknown) => inTransaction(db, (tx) => writeEngineConfig(tx, config));

const tellsTime = 'execute: echo "$KUROKO2_LAUNCHED_TIME"\n';
async function launchedTime(id: number): Promise<string> {
  const { instanceId } = await launchOne(db, id);
  const execution = await until('its end', async () =>
    (await executionsOf(db, instanceId)).find(({ status }) => status === 'finished'),
  );
  return joinOutput(await readOutput(db, execution.id)).toString();
}

describe('the published configuration', () => {
  it('is none at first; who publishes another hears what was different, and executors hear of it', async () => {
    expect(await publishedConfig(db)).toBe(null);
    const heard: string[] = [];
    const listening = listen(test.url, {
      channels: ['kuroko_config'],
      onNotify: (channel) => heard.push(channel),
      onConnected: () => {},
    });
    await until('the connection', () => listening.connected);
    expect(await publish(configOf())).toEqual([]);
    expect(await publish(configOf())).toEqual([]);
    const custom = { deploy: { shell: 'true', chdir: null, env: {} } };
    expect(await publish(configOf({ timeZone: 'Asia/Tokyo', customTasks: custom }))).toEqual([
      'timeZone',
      'customTasks',
    ]);
    await until('the news', () => heard.length === 2);
    await listening.stop();
    expect(await publishedConfig(db)).toMatchObject({
      timeZone: 'Asia/Tokyo',
      customTasks: custom,
      killGrace: 10,
    });
  });

  it('of another version is read as far as it is known, with defaults for the rest', async () => {
    await write({ timeZone: 'Europe/Berlin', warpDrive: { on: true } });
    const { timeZone, outputCap, ...rest } = (await publishedConfig(db)) ?? configOf();
    expect([timeZone, outputCap]).toEqual(['Europe/Berlin', commandDefaults.outputCap]);
    expect(rest).not.toHaveProperty('warpDrive');
  });

  it('that cannot be used is refused in plain words', async () => {
    await write({ timeZone: 'Mars/Base', killGrace: 'long' });
    await expect(publishedConfig(db)).rejects.toMatchObject({
      code: 'invalid',
      details: [expect.stringMatching(/^timeZone: /), expect.stringMatching(/^killGrace: /)],
    });
  });
});

describe('an executor', () => {
  it('waits for the schema, then for a configuration, and gives up when it is to end', async () => {
    const empty = await createTestDatabase({ empty: true });
    const other = openDatabase(empty.url, { max: 2 });
    try {
      const said: string[] = [];
      const found = awaitEngineConfig(
        other,
        () => false,
        (reason) => said.push(reason),
      );
      await until('the first reason', () => said.length === 1);
      await migrateLatest(empty.url);
      await until('the second reason', () => said.length === 2);
      await inTransaction(other, (tx) => publishConfig(tx, configOf({ killGrace: 3 })));
      expect((await found)?.killGrace).toBe(3);
      expect(said[0]).toContain('Waiting for the schema');
      expect(said[1]).toContain('Waiting for a kuroko start');
      await other.query('delete from engine_config');
      expect(
        await awaitEngineConfig(
          other,
          () => true,
          () => {},
        ),
      ).toBe(null);
    } finally {
      await other.close();
      await empty.drop();
    }
  });

  it('tells its guardian the grace that was published, for when that has to end by itself', async () => {
    await publish(configOf());
    const engine = await startEngine({
      url: test.url,
      host: 'patient',
      dataDir: temporaryFolder(),
      killGraceMs: 60_000,
      configuration: { source: 'published', config: configOf({ killGrace: 60 }) },
    });
    await publish(configOf({ killGrace: 1, timeZone: 'Asia/Kathmandu' }));
    const { id } = await define(db, tellsTime);
    await until('the news to have come', async () => (await launchedTime(id)).includes('+05:45'));
    const stubborn = `execute: trap '' TERM; echo ready; while :; do sleep 0.05; done`;
    const { instanceId } = await launchOne(db, (await define(db, stubborn)).id);
    const running = await readyCommandOf(engine.guardian, db, instanceId);
    // As when main is killed.
    engine.guardian.close();
    const group = () => processesInGroup(running.pid ?? 0);
    expect(await until('it to be gone', () => group().length === 0, 40_000)).toBe(true);
    await engine.threads.stop(5_000);
  });

  it('follows what is published while it runs; one with its own does not', async () => {
    const own = configOf({ timeZone: 'Asia/Kolkata' });
    await publish(own);
    const follower = await startEngine({
      url: test.url,
      host: 'follower',
      configuration: { source: 'published', config: own },
    });
    const { id } = await define(db, tellsTime);
    try {
      expect(await launchedTime(id)).toContain('+05:30');
      await publish(configOf({ timeZone: 'Asia/Kathmandu' }));
      await until('the news to have come', async () => (await launchedTime(id)).includes('+05:45'));
    } finally {
      await follower.stop();
    }
    const alone = await startEngine({
      url: test.url,
      host: 'alone',
      configuration: { source: 'own', config: own },
    });
    try {
      await publish(configOf({ timeZone: 'Asia/Tokyo' }));
      expect(await launchedTime(id)).toContain('+05:30');
    } finally {
      await alone.stop();
    }
  });
});
