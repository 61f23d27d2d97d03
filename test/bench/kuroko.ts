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
const someOpen = async () => {
  const rows = await db.query({
    name: 'some-open',
    // Of the newest, which ends last: from the oldest on it would be looked for among all that have ended.
    text: `
select from instances where status in ('working', 'error')
order by definition_id desc, id desc limit 1`,
  });
  return rows.length > 0;
};
/** Looks when the notifier would be told, and every few milliseconds where much is to be waited for. */
let onNews = () => {};
const listening = listen(url, {
  channels: ['kuroko_outbox'],
  onNotify: () => onNews(),
  onConnected: () => onNews(),
});
const ended = async (pauseMs: number): Promise<void> => {
  while (await someOpen()) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      onNews = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
};
const definitions = new Map<number, Promise<{ readonly id: number }>>();
const definitionOf = async (steps: number) => {
  const known = definitions.get(steps) ?? define(db, 'execute: true\n'.repeat(steps));
  definitions.set(steps, known);
  return (await known).id;
};

answerRuns(
  {
    async w10(count) {
      await launchOne(db, await definitionOf(count));
      await ended(1_000);
    },
    async burst(count) {
      const id = await definitionOf(1);
      for (let left = count; left > 0; left -= batch) {
        await launchMany(db, id, Math.min(batch, left));
      }
      await ended(10);
    },
  },
  async () => {
    await listening.stop();
    await engine.stop();
    await db.close();
  },
);
