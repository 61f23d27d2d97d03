/** Transitions a second through Postgres, committed: launched, passed and ended. */
import { finish } from '../../src/operations/finish.ts';
import { claimExecution, type Claim, type FreeWorker } from '../../src/store/claims.ts';
import { define, facts, launchMany, openDatabase, someWorkers } from '../support/operations.ts';
import { rate, type Sample } from './rate.ts';
import { figureOnly, median, type Finding } from './finding.ts';
import type { Database } from '../../src/store/database.ts';
import type { Servers } from './servers.ts';

const connections = 8;
const steps = 20 * 200;
const inFork = 20 * 114;
const branches = 300;

export async function transitionRates(servers: Servers, rounds: number): Promise<Finding[]> {
  const db = openDatabase(await servers.migrated('transitions'), {
    max: connections,
    planOnce: true,
  });
  const place = { queue: '@default', host: 'h1', epoch: 'e1' };
  const workers = (await someWorkers(db, connections)).map((workerId) => ({ workerId, ...place }));
  const measure = (what: string, reach: number, run: () => Promise<Sample>) =>
    rate({ what: `${what}, through Postgres`, reach, run }, rounds);
  const chain = (await define(db, 'noop:\n'.repeat(300))).id;
  const short = (await define(db, 'noop:\n'.repeat(10))).id;
  const fork = (await define(db, `fork:\n${'  noop:\n'.repeat(300)}`)).id;
  const commands = (await define(db, `fork:\n${'  execute: ./run.sh\n'.repeat(branches)}`)).id;
  await db.query('create table floor as select 0 as ended');
  try {
    return [
      await measure('One instance of 300 noops', steps, () => launched(db, chain, 1, 300)),
      await measure('100 instances of 10 noops', steps, () => launched(db, short, 100, 1_000)),
      await measure('A fork of 300 noops', inFork, () => launched(db, fork, 1, 300)),
      await overFloor(
        rounds,
        async () => {
          await launchMany(db, commands, 1);
          await Promise.all(workers.map((worker) => work(db, worker)));
        },
        () => bareCommits(db, branches),
      ),
    ];
  } finally {
    await db.close();
  }
}

/**
 * Commands that end one by one, over several connections: each end is a commit that counts in the
 * fork's row, and the original's figure has no command in it. So it is held against as many bare
 * commits that count in one row over the same connections.
 */
async function overFloor(
  rounds: number,
  run: () => Promise<void>,
  floor: () => Promise<void>,
): Promise<Finding> {
  const timed = async (deed: () => Promise<void>): Promise<number> => {
    const startedAt = performance.now();
    await deed();
    return performance.now() - startedAt;
  };
  const samples: { ours: number; bare: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const sample = { bare: await timed(floor), ours: await timed(run) };
    // The first one warms up.
    if (round > 0) samples.push(sample);
  }
  const [ours, bare] = [
    median(samples.map((each) => each.ours)),
    median(samples.map((each) => each.bare)),
  ];
  return figureOnly(
    `A fork of ${branches} commands that end over ${connections} connections, times as many bare commits`,
    median(samples.map((each) => each.ours / each.bare)).toFixed(1),
    `${((branches * 1_000) / ours).toFixed(0)}/s, bare ${((branches * 1_000) / bare).toFixed(0)}/s`,
  );
}

async function bareCommits(db: Database, count: number): Promise<void> {
  let left = count;
  const connection = async () => {
    while ((left -= 1) >= 0)
      await db.query({ name: 'floor', text: 'update floor set ended = ended + 1' });
  };
  await Promise.all(Array.from({ length: connections }, connection));
}

/** What is instant is over when the launch is. */
async function launched(
  db: Database,
  definitionId: number,
  count: number,
  transitions: number,
): Promise<Sample> {
  const startedAt = performance.now();
  await launchMany(db, definitionId, count);
  const ms = performance.now() - startedAt;
  await nothingOpen(db);
  return { done: transitions, ms };
}

async function nothingOpen(db: Database): Promise<void> {
  const open = await db.query(`select from instances where status <> 'success' limit 1`);
  if (open.length > 0) throw new Error('an instance of the bench has not ended');
}

/** Takes and ends commands until none is left, as a worker does: each end takes the next. */
async function work(db: Database, worker: FreeWorker): Promise<void> {
  let claim = await claimExecution(db, worker);
  while (claim !== null)
    claim = (await end(db, claim, worker)) ?? (await claimExecution(db, worker));
}

async function end(db: Database, claim: Claim, freed: FreeWorker): Promise<Claim | null> {
  const { executionId, fence } = claim;
  const ended = { startedAt: new Date(), finishedAt: new Date(), outputSize: 0, output: [] };
  const result = { exitStatus: 0, termSignal: null, timedOut: false, pid: null, peakMemory: null };
  return (await finish(db, claim, { executionId, fence, ...result, ...ended }, facts, freed)).claim;
}
