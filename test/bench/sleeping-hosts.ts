/** Two executor hosts against one, on commands that only wait: `sleep 0.05`, four workers a host. */
import { startContender } from './contender.ts';
import { finding, median, type Finding } from './finding.ts';
import { untilEnded } from './until-ended.ts';
import { define, launchMany, openDatabase } from '../support/operations.ts';
import type { Database } from '../../src/store/database.ts';
import type { Servers } from './servers.ts';

const instances = 120;

export async function sleepingHosts(servers: Servers, rounds: number): Promise<Finding[]> {
  const alone = await setUp(servers, 'one_host', ['a']);
  const both = await setUp(servers, 'two_hosts', ['a', 'b']);
  const [ones, twos]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    const [one, two] = [await alone.run(), await both.run()];
    if (round === 0) continue;
    ones.push(one);
    twos.push(two);
  }
  await alone.stop();
  await both.stop();
  const ratio = median(ones.map((one, round) => one / (twos[round] ?? 0)));
  const detail = `one ${median(ones).toFixed(0)} ms, two ${median(twos).toFixed(0)} ms for ${instances}`;
  const target = { at: 'least', reach: 1.8, aim: 1.9 } as const;
  return [finding('Two hosts, of the rate of one (`sleep 0.05`)', ratio, target, detail)];
}

async function setUp(servers: Servers, name: string, hosts: readonly string[]) {
  const url = await servers.migrated(name);
  const engines = await Promise.all(
    hosts.map((host) =>
      startContender(new URL('./kuroko.js', import.meta.url), {
        BENCH_DATABASE_URL: url,
        BENCH_HOST: host,
      }),
    ),
  );
  const db: Database = openDatabase(url, { max: 2 });
  const { id } = await define(db, 'execute: sleep 0.05\n');
  return {
    async run() {
      const startedAt = performance.now();
      await launchMany(db, id, instances);
      await untilEnded(db);
      return performance.now() - startedAt;
    },
    async stop() {
      await Promise.all(engines.map((engine) => engine.stop()));
      await db.close();
    },
  };
}
