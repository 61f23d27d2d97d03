/**
 * What a step costs beside its floor: the spawn of `true` and one commit, with nothing around them.
 * Floor and engine take turns on the same Postgres and guardian, so that the ratio holds on a noisy
 * machine. `npm run bench [rounds]`
 */
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { preparePostgres } from '../../src/embedded/postgres.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { migrateLatest } from '../../src/store/migrate.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { startServer } from '../support/lifeline.ts';
import { define, launchMany } from '../support/operations.ts';
import { until } from '../support/until.ts';

const rounds = Number(process.argv[2] ?? 5);
const slots = 4;
const stepsOfOne = 10;
const instances = 40;
const steps = stepsOfOne * instances;

const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-bench-'));
chmodSync(folder, 0o711);
const postgres = await preparePostgres({
  dataDir: path.join(folder, 'data'),
  sharedDir: path.join(folder, 'shared'),
});
const server = startServer(postgres.service, folder);
await postgres.ready(server.ended);
await migrateLatest(postgres.url);
const db = openDatabase(postgres.url);
const engine = await startEngine({ url: postgres.url, workers: slots });
await db.query('create table floor (slot int primary key, steps int not null)');
const definition = await define(db, 'execute: true\n'.repeat(stepsOfOne));

const ratios: number[] = [];
await measureFloor(engine);
await measureEngine(db);
for (let round = 1; round <= rounds; round += 1) {
  const floor = await measureFloor(engine);
  const full = await measureEngine(db);
  ratios.push(full / floor);
  print(
    `round ${round}: floor ${each(floor)}, step ${each(full)}, ratio ${(full / floor).toFixed(2)}`,
  );
}
ratios.sort((one, other) => one - other);
print(
  `a step costs ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)} times the floor (median of ${rounds}; ` +
    `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}), ${slots} workers, ${steps} steps a round`,
);
await engine.stop();
await db.close();
await server.stop();

/** Milliseconds for as many spawns, each followed by one commit, over as many connections. */
async function measureFloor({ guardian }: Engine): Promise<number> {
  let nextId = Date.now() * 1_000;
  const clients = await Promise.all(
    Array.from({ length: slots }, async () => {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      return client;
    }),
  );
  const startedAt = performance.now();
  await Promise.all(
    clients.map(async (client, slot) => {
      for (let step = 0; step < steps / slots; step += 1) {
        const id = (nextId += 1);
        guardian.submit({
          id,
          shell: 'true',
          env: { PATH: '/usr/bin:/bin' },
          chdir: '/',
          runtimeLimitMs: null,
          graceMs: 1_000,
          outputCap: 1_024,
          secrets: [],
        });
        await guardian.ended(id);
        await client.query({
          name: 'floor',
          text: 'insert into floor values ($1, 1) on conflict (slot) do update set steps = floor.steps + 1',
          values: [slot],
        });
        guardian.ack(id);
      }
    }),
  );
  const took = performance.now() - startedAt;
  await Promise.all(clients.map((client) => client.end()));
  return took;
}

/** Milliseconds from the first launch to the end of the last instance. */
async function measureEngine(on: Database): Promise<number> {
  const startedAt = performance.now();
  await launchMany(on, definition.id, instances);
  await until(
    'all instances to finish',
    async () => {
      const [row] = await on.query<{ count: number }>(
        `select count(*) from instances where status = 'working'`,
      );
      return row?.count === 0;
    },
    120_000,
  );
  return performance.now() - startedAt;
}

function each(ms: number): string {
  return `${(ms / steps).toFixed(2)} ms`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
