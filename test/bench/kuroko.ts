/**
 * Kuroko as a contender: guardian, executor and keeper threads as `start` composes them, without
 * Slack, HTTP and notifier (their rows are written). A run is over when its instances say so.
 */
import { startEngine } from '../support/engine.ts';
import { define, launchMany, launchOne, openDatabase } from '../support/operations.ts';
import { listen } from '../../src/store/listen.ts';
import { answerRuns } from './answer-runs.ts';

const url = process.env['BENCH_DATABASE_URL'] ?? '';
/** A scheduler with many due sends them so. */
const batch = 50;

const db = openDatabase(url, { max: 2 });
const engine = await startEngine({ url, workers: 4, host: process.env['BENCH_HOST'] ?? 'bench' });
let ended = 0;
let onEnded = () => {};
const listening = listen(url, {
  channels: ['kuroko_ended'],
  onNotify: () => {
    ended += 1;
    onEnded();
  },
  onConnected: () => onEnded(),
});
const endOf = (count: number) =>
  new Promise<void>((resolve) => {
    onEnded = () => ended >= count && resolve();
    onEnded();
  });
const definitions = new Map<number, Promise<{ readonly id: number }>>();
const definitionOf = async (steps: number) => {
  const known = definitions.get(steps) ?? define(db, 'execute: true\n'.repeat(steps));
  definitions.set(steps, known);
  return (await known).id;
};

answerRuns(
  {
    async w10(count) {
      ended = 0;
      await launchOne(db, await definitionOf(count));
      await endOf(1);
    },
    async burst(count) {
      ended = 0;
      const id = await definitionOf(1);
      for (let left = count; left > 0; left -= batch) {
        await launchMany(db, id, Math.min(batch, left));
      }
      await endOf(count);
    },
  },
  async () => {
    await listening.stop();
    await engine.stop();
    await db.close();
  },
);
