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
import { startEngine } from '../support/engine.ts';
import { define, launchOne, openDatabase } from '../support/operations.ts';
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

  it('follows what is published while it runs; one with its own does not', async () => {
    const own = configOf({ timeZone: 'Asia/Kolkata' });
    await publish(own);
    const follower = await startEngine({
      url: test.url,
      host: 'follower',
      configuration: { source: 'published', config: own },
    });
    const { id } = await define(db, 'execute: echo "$KUROKO2_LAUNCHED_TIME"\n');
    const launchedTime = async (): Promise<string> => {
      const { instanceId } = await launchOne(db, id);
      const execution = await until('its end', async () =>
        (await executionsOf(db, instanceId)).find(({ status }) => status === 'finished'),
      );
      return joinOutput(await readOutput(db, execution.id)).toString();
    };
    try {
      expect(await launchedTime()).toContain('+05:30');
      await publish(configOf({ timeZone: 'Asia/Kathmandu' }));
      await until('the news to have come', async () => (await launchedTime()).includes('+05:45'));
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
      expect(await launchedTime()).toContain('+05:30');
    } finally {
      await alone.stop();
    }
  });
});
