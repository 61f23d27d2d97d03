import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parsePlace } from '../../src/operations/find-place.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import {
  planRestart,
  refuseRestart,
  restartExecutor,
  restartKey,
} from '../../src/operations/restart-executor.ts';
import { refusedUnder } from '../../src/store/audit.ts';
import {
  beat,
  executorsWithClaims,
  leavePlace,
  registerExecutor,
} from '../../src/store/executors.ts';
import { handOverPlace, restartState, type RestartMode } from '../../src/store/restarts.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { define, launchOne, member, openDatabase } from '../support/operations.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 4 });
});
afterAll(async () => {
  await db.close();
  await test.drop();
});
beforeEach(() =>
  db.query('truncate executors, instances, tokens, executions, logs, audit cascade'),
);

const ann = member('ann');
const ben = member('ben');
const register = (host: string, queue = 'q') =>
  inTransaction(db, (tx) =>
    registerExecutor(tx, { host, queue, kind: 'executor', epoch: 'e', bootId: 'b', pid: 1 }, 1),
  );
const plan = (at: string | null) =>
  inTransaction(db, (tx) => planRestart(tx, at === null ? null : parsePlace(at)));
const restart = (at: string, mode: RestartMode = 'hand_over', actor = ann) =>
  inTransaction(db, (tx) => restartExecutor(tx, { place: parsePlace(at), mode, actor }));
const isDraining = async (id: number): Promise<boolean> => {
  const [row] = await db.query<{ drainingAt: Date | null }>(
    'select draining_at from executors where id = $1',
    [id],
  );
  return row?.drainingAt !== null;
};

describe('a wish to restart', () => {
  it('is heard with the next heartbeat, and gone when the next process registers', async () => {
    const { id } = await register('h1');
    expect(await beat(db, id, 'e')).toEqual({ restart: null });
    const { at } = await restart('h1');
    expect(await beat(db, id, 'e')).toEqual({ restart: { mode: 'hand_over', by: ann.name, at } });
    await register('h1');
    expect(await beat(db, id, 'e')).toEqual({ restart: null });
  });

  it('is in the audit log with what it replaces', async () => {
    await register('h1');
    await restart('h1', 'wait');
    await restart('h1', 'stop', ben);
    const rows = await db.query<{ actorName: string; before: unknown; after: unknown }>(
      'select actor_name, before, after from audit order by id',
    );
    expect(rows).toEqual([
      {
        actorName: ann.name,
        before: { restart: null },
        after: { host: 'h1', queue: 'q', restart: 'wait' },
      },
      {
        actorName: ben.name,
        before: { restart: 'wait' },
        after: { host: 'h1', queue: 'q', restart: 'stop' },
      },
    ]);
  });

  it('to wait lets nothing new be taken, which ends when it is refused; a drain of somebody else does not', async () => {
    const { id } = await register('h1');
    const refuse = async (at: Date) => {
      const wish = { mode: 'wait' as const, by: 'ann', at };
      await inTransaction(db, (tx) =>
        refuseRestart(tx, { executorId: id, wish, reason: 'time_zone: Mars' }),
      );
    };
    const first = await restart('h1', 'wait');
    expect(await isDraining(id)).toBe(true);
    await refuse(first.at);
    expect(await isDraining(id)).toBe(false);
    expect(await refusedUnder(db, restartKey(id, first.at))).toBe('time_zone: Mars');
    expect((await restartState(db, id))?.restart).toBe(null);

    await db.query('update executors set draining_at = now(), draining_by = $1', ['ben']);
    const second = await restart('h1', 'wait');
    await refuse(second.at);
    expect(await isDraining(id)).toBe(true);
  });

  it('that came later is not dropped with one that is refused', async () => {
    const { id } = await register('h1');
    const { at } = await restart('h1');
    await db.query("update executors set restart_at = restart_at + interval '1 second'");
    await inTransaction(db, (tx) =>
      refuseRestart(tx, { executorId: id, wish: { mode: 'hand_over', by: 'ann', at }, reason: '' }),
    );
    expect((await restartState(db, id))?.restart?.mode).toBe('hand_over');
  });

  it('needs somebody to hear it, and a name where there are several', async () => {
    await expect(plan(null)).rejects.toThrow('No executor is there');
    const { id } = await register('h1');
    expect(await plan(null)).toMatchObject({ host: 'h1', queue: 'q', running: [] });
    await register('h2');
    await expect(plan(null)).rejects.toThrow('Say which');
    expect(await plan('h2')).toMatchObject({ host: 'h2' });
    await db.query("update executors set beat_at = now() - interval '1 minute' where host = 'h1'");
    await expect(restart('h1')).rejects.toThrow(/has not been heard of for 6\d s/);
    await leavePlace(db, id, 'e');
    await expect(restart('h1')).rejects.toThrow('has left');
  });
});

describe('a process that has handed over', () => {
  it('is not watched for a minute, and then it is', async () => {
    const { id, workers } = await register('h1');
    const definition = await define(db, 'queue: q\nexecute: true');
    const { instanceId } = await launchOne(db, definition.id);
    await db.query(
      `update executions set status = 'claimed', worker_id = $1, fence = 1, epoch = 'e'
       where instance_id = $2`,
      [workers[0]?.id, instanceId],
    );
    const watched = async () => (await executorsWithClaims(db)).map((executor) => executor.id);
    expect(await watched()).toEqual([id]);
    await handOverPlace(db, id, 'another epoch');
    expect(await watched()).toEqual([id]);
    await handOverPlace(db, id, 'e');
    expect(await watched()).toEqual([]);
    await db.query("update executors set restart_at = now() - interval '61 seconds'");
    expect(await watched()).toEqual([id]);
  });
});
