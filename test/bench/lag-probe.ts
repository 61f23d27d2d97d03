/**
 * Loaded before the program itself (`node --import`): how late the main thread's event loop is. Each
 * SIGUSR2 writes what was measured since the last one into a file, as JSON in milliseconds.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const file = process.env['BENCH_LAG_FILE'];
const resolution = 1;

// Threads are started with the same arguments.
if (isMainThread && file !== undefined) {
  const lag = monitorEventLoopDelay({ resolution });
  lag.enable();
  process.on('SIGUSR2', () => {
    // What is recorded is the time between two looks: the pause between them is no lag.
    const ms = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution);
    const found = { p50: ms(lag.percentile(50)), p99: ms(lag.percentile(99)), max: ms(lag.max) };
    writeFileSync(`${file}.new`, JSON.stringify(found));
    writeFileSync(file, JSON.stringify(found));
    lag.reset();
  });
}
