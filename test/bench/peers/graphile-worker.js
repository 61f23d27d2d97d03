/**
 * graphile-worker: a step is a job; W10 is a chain, each job adding the next one before it is
 * completed, as its documentation builds workflows. The burst uses the local queue and batched
 * completion, the settings of its page on performance, scaled to four workers.
 */
import { makeWorkerUtils, run, WorkerPreset } from 'graphile-worker';
import { answerRuns } from '../../../dist/test/bench/answer-runs.js';
import { runShell } from '../../../dist/test/bench/run-shell.js';

const connectionString = process.env['BENCH_DATABASE_URL'];
const local = process.env['BENCH_LOCAL_QUEUE'] === 'yes';
const quiet = { localQueue: { size: 50 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
const preset = {
  extends: [WorkerPreset],
  worker: { connectionString, concurrentJobs: 4, maxPoolSize: 10, ...(local ? quiet : {}) },
};
const logger = new (await import('graphile-worker')).Logger(() => () => {});
let left = 0;
let onDone = () => {};
const utils = await makeWorkerUtils({ connectionString, logger });
await utils.migrate();
const runner = await run({
  preset,
  logger,
  noHandleSignals: true,
  taskList: {
    async step({ more }, { addJob }) {
      const code = await runShell('true');
      if (code !== 0) throw new Error(`exit ${code}`);
      if (more > 0) await addJob('step', { more: more - 1 });
    },
  },
});
runner.events.on('job:complete', () => {
  left -= 1;
  if (left === 0) onDone();
});
const doneAfter = (count) => {
  left = count;
  return new Promise((resolve) => {
    onDone = resolve;
  });
};

answerRuns(
  {
    async w10(count) {
      const done = doneAfter(count);
      await utils.addJob('step', { more: count - 1 });
      await done;
    },
    async burst(count) {
      const done = doneAfter(count);
      const jobs = Array.from({ length: count }, () => ({
        identifier: 'step',
        payload: { more: 0 },
      }));
      await utils.addJobs(jobs);
      await done;
    },
  },
  async () => {
    await runner.stop();
    await utils.release();
  },
);
