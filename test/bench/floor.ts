/**
 * What cannot be saved: the same spawns from a small plain process, and one commit for the launch
 * and for each result. `bare-burst` is the pool without the commits.
 */
import pg from 'pg';
import { answerRuns } from './answer-runs.ts';
import { runShell } from './run-shell.ts';

const slots = 4;
const pool = new pg.Pool({ connectionString: process.env['BENCH_DATABASE_URL'], max: slots });
await pool.query('create table floor (run bigint, step int, exit_status int)');
let run = 0;

const commit = (step: number, exitStatus: number | null) =>
  pool.query({
    name: 'floor',
    text: 'insert into floor values ($1, $2, $3)',
    values: [run, step, exitStatus],
  });

async function inPool(count: number, work: (step: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const slot = async () => {
    while (next < count) await work((next += 1));
  };
  await Promise.all(Array.from({ length: slots }, slot));
}

answerRuns(
  {
    async w10(count) {
      run += 1;
      await commit(0, null);
      for (let step = 1; step <= count; step += 1) await commit(step, await runShell('true'));
    },
    async burst(count) {
      run += 1;
      await inPool(count, async (step) => commit(step, await runShell('true')));
    },
    'bare-burst': (count) => inPool(count, () => runShell('true')),
  },
  () => pool.end(),
);
