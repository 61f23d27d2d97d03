/**
 * A notifier in a process of its own, to be killed. Its one argument is JSON: the folder of the build
 * and what the thread is started with.
 */
import { Worker } from 'node:worker_threads';

const { build, workerData } = JSON.parse(process.argv[2]);
const worker = new Worker(`${build}/src/workers/notifier.js`, { workerData });
worker.on('message', (message) => process.stdout.write(`${message}\n`));
worker.on('error', (error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
