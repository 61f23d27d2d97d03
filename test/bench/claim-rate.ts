/** Claims and ends a second over a million finished executions, and some since the last vacuum, against an empty table. */
import { finish } from '../../src/operations/finish.ts';
import { claimExecution, type Claim, type FreeWorker } from '../../src/store/claims.ts';
import { createFrontier, type Frontier } from '../../src/workers/frontier.ts';
import { finding, median, type Finding } from './finding.ts';
import { define, facts, launchMany, openDatabase, someWorkers } from '../support/operations.ts';
import type { Database } from '../../src/store/database.ts';
import type { Servers } from './servers.ts';

const past = 1_000_000;
/** About a fifth of a table, dead rows counted, is when PostgreSQL vacuums by itself. */
const sinceVacuum = 100_000;
const instances = 400;

/** Four workers without processes: what is left is the database's part of a step. */
export async function claimRate(servers: Servers, rounds: number): Promise<Finding[]> {
  const empty = await setUp(await servers.migrated('no_history'), 0);
  const full = await setUp(await servers.migrated('history'), past);
  const ratios: number[] = [];
  const rates: { empty: number[]; full: number[] } = { empty: [], full: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const [without, over] = [await empty.rate(), await full.rate()];
    if (round === 0) continue;
    ratios.push(over / without);
    rates.empty.push(without);
    rates.full.push(over);
  }
  await empty.close();
  await full.close();
  const detail = `${median(rates.full).toFixed(0)}/s, empty ${median(rates.empty).toFixed(0)}/s`;
  const what =
    'Claim rate with 1,000,000 finished executions, and 100,000 since the last vacuum, of that of an empty table';
  return [finding(what, median(ratios), { at: 'least', reach: 0.9, aim: 1 }, detail)];
}

async function setUp(url: string, history: number) {
  const db = openDatabase(url, { max: 5 });
  const { id } = await define(db, 'execute: true\n');
  const place = { queue: '@default', host: 'h1', epoch: 'e1' };
  const workers = (await someWorkers(db, 4)).map((workerId) => ({ workerId, ...place }));
  if (history > 0) await writeHistory(db, id, history);
  return {
    close: () => db.close(),
    async rate() {
      await launchMany(db, id, instances);
      const frontier = createFrontier();
      const startedAt = performance.now();
      await Promise.all(workers.map((worker) => work(db, worker, frontier)));
      return (instances * 1_000) / (performance.now() - startedAt);
    },
  };
}

/** Claims by statement and in the commit by turns, so that both count. */
async function work(db: Database, worker: FreeWorker, frontier: Frontier): Promise<void> {
  const look = async (by: (free: FreeWorker) => Promise<Claim | null>) => {
    const from = frontier.from();
    const claim = await by({ ...worker, from });
    frontier.found(claim?.executionId ?? null, from);
    return claim;
  };
  const take = () => look((free) => claimExecution(db, free));
  let claim = await take();
  for (let turn = 0; claim !== null; turn += 1) {
    const ended = claim;
    const next =
      turn % 2 === 0 ? await look((free) => end(db, ended, free)) : await end(db, ended, null);
    // In vain twice: the second look is at the whole queue.
    claim = next ?? (await take()) ?? (await take());
  }
}

async function end(db: Database, claim: Claim, freed: FreeWorker | null): Promise<Claim | null> {
  const { executionId, fence } = claim;
  const ended = { startedAt: new Date(), finishedAt: new Date(), outputSize: 0, output: [] };
  const result = { exitStatus: 0, termSignal: null, timedOut: false, pid: null, peakMemory: null };
  return (await finish(db, claim, { executionId, fence, ...result, ...ended }, facts, freed)).claim;
}

/** Instances of ten steps that succeeded, as a year leaves them behind. */
async function writeHistory(db: Database, definitionId: number, executions: number): Promise<void> {
  await db.transaction(async (tx) => {
    // Rows that fit each other need no check of it.
    await tx.query('set local session_replication_role = replica');
    await tx.query(
      `insert into instances (id, definition_id, definition_name, definition_version, script, status,
         active_tokens, launched_by, launched_from, finished_at)
       select n, $1, 'nightly-report', 1, 'execute: true', 'success', 0, 'bench', 'schedule', now()
       from generate_series(1, $2) n`,
      [definitionId, executions / 10],
    );
    await tx.query(
      `insert into tokens (id, instance_id, path, status, context)
       select n, n, '/9-execute', 'finished', '{"env":{}}' from generate_series(1, $1) n`,
      [executions / 10],
    );
    await tx.query(
      `insert into executions (instance_id, token_id, path, attempt, shell, env, queue, status,
         worker_id, worker_number, host, epoch, fence, claimed_at, started_at, finished_at, exit_status)
       select n / 10 + 1, n / 10 + 1, '/' || n % 10 || '-execute', 0, 'true', '{}', '@default',
         'finished', 1, 1, 'h1', 'e1', n, now(), now(), now(), 0
       from generate_series(0, $1 - 1) n`,
      [executions],
    );
    for (const table of ['instances', 'tokens']) {
      await tx.query(
        `select setval(pg_get_serial_sequence('${table}', 'id'), (select max(id) from ${table}))`,
      );
    }
  });
  await db.query('vacuum analyze');
  // Not in the middle of the measuring.
  await db.query('alter table executions set (autovacuum_enabled = false)');
  await db.query(
    `insert into executions (instance_id, token_id, path, attempt, shell, env, queue)
     select n / 10 + 1, n / 10 + 1, '/' || n % 10 || '-execute', 1, 'true', '{}', '@default'
     from generate_series(1, $1) n`,
    [sinceVacuum],
  );
  const ended = `status = 'finished', worker_id = 1, finished_at = now(), exit_status = 0`;
  await db.query(
    `update executions set status = 'claimed', worker_id = id where status = 'pending'`,
  );
  await db.query(`update executions set ${ended} where status = 'claimed'`);
}
