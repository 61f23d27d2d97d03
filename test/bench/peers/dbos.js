/**
 * DBOS Transact: W10 is a workflow of ten steps; the burst is as many workflows of one step, four
 * of them under way at a time, started directly: its queues poll once a second.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { answerRuns } from '../../../dist/test/bench/answer-runs.js';
import { runShell } from '../../../dist/test/bench/run-shell.js';

const step = async () => {
  const code = await runShell('true');
  if (code !== 0) throw new Error(`exit ${code}`);
  return code;
};
const steps = DBOS.registerWorkflow(
  async (count) => {
    for (let done = 0; done < count; done += 1) await DBOS.runStep(step, { name: 'step' });
  },
  { name: 'steps' },
);
DBOS.setConfig({
  name: 'bench',
  systemDatabaseUrl: process.env['BENCH_DATABASE_URL'],
  logLevel: 'error',
});
await DBOS.launch();
const workflowOf = async (count) => {
  const handle = await DBOS.startWorkflow(steps)(count);
  await handle.getResult();
};

answerRuns(
  {
    w10: workflowOf,
    async burst(count) {
      let next = 0;
      const slot = async () => {
        while (next < count) {
          next += 1;
          await workflowOf(1);
        }
      };
      await Promise.all(Array.from({ length: 4 }, slot));
    },
  },
  () => DBOS.shutdown(),
);
