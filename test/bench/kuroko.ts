/**
 * Kuroko as a contender: guardian, executor and keeper threads as `start` composes them, without
 * Slack, HTTP and notifier (their rows are written). A run is over when its instances say so.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEngine } from '../support/engine.ts';
import { define, launchMany, launchOne, openDatabase } from '../support/operations.ts';
import { answerRuns } from './answer-runs.ts';

const url = process.env['BENCH_DATABASE_URL'] ?? '';
/** A scheduler with many due sends them so. */
const batch = 50;

const db = openDatabase(url, { max: 2 });
const engine = await startEngine({ url, workers: 4, host: process.env['BENCH_HOST'] ?? 'bench' });
const openInstances = async (): Promise<number> => {
  const [row] = await db.query<{ count: number }>({
    name: 'open-instances-of-all',
    text: `select count(*)::int from instances where status in ('working', 'error')`,
  });
  return row?.count ?? 0;
};
/** The database itself tells of an end, with the commit: the notifier would hear of it up to 50 ms later. */
const tellEnds = `
create function tell_end() returns trigger language plpgsql as
  $$ begin perform pg_notify('bench_ended', new.id::text); return null; end $$;
create trigger tell_end after update on instances for each row
  when (new.status = 'success' and old.status <> 'success') execute function tell_end();
listen bench_ended`;
const listener = new pg.Client({ connectionString: url });
await listener.connect();
const ended = new Set<number>();
let onEnd = () => {};
listener.on('notification', ({ payload }) => {
  ended.add(Number(payload));
  onEnd();
});
let told: Promise<unknown> | undefined;
/** It may have ended already. */
const untilEnded = async (instanceId: number): Promise<void> => {
  while (!ended.delete(instanceId)) {
    await new Promise<void>((resolve) => {
      onEnd = resolve;
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
      await (told ??= listener.query(tellEnds));
      const { instanceId } = await launchOne(db, await definitionOf(count));
      await untilEnded(instanceId);
    },
    async burst(count) {
      const id = await definitionOf(1);
      for (let left = count; left > 0; left -= batch) {
        await launchMany(db, id, Math.min(batch, left));
      }
      // Of a thousand nobody has to be told. None ends within half a millisecond: so one looks seldom, and often at last.
      for (let left = await openInstances(); left > 0; left = await openInstances()) {
        await sleep(Math.max(5, left / 2));
      }
    },
  },
  async () => {
    await listener.end();
    await engine.stop();
    await db.close();
  },
);
