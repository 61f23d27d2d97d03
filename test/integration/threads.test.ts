import { symlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { commandDefaults } from '../../src/config.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { lose } from '../../src/operations/lose.ts';
import { findInstance } from '../../src/store/instances.ts';
import { claimExecution } from '../../src/store/claims.ts';
import { claimedBy, executionsOf } from '../../src/store/executions.ts';
import { readOutput } from '../../src/store/output.ts';
import { startThreads } from '../../src/workers/threads.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { commandOf, startEngine, type Engine } from '../support/engine.ts';
import { createGate } from '../support/gate.ts';
import { processesInGroup } from '../support/live-processes.ts';
import { define, facts, launchOne, openDatabase, someWorkers } from '../support/operations.ts';
import { shortest } from '../support/shortest.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
let engine: Engine;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url);
  engine = await startEngine({ url: test.url });
});
afterAll(async () => {
  await engine.stop();
  await db.close();
  await test.drop();
});

const statusOf = async (id: number) => (await findInstance(db, id))?.status;

it('a thread that dies is started again, until it lives', async () => {
  const socket = path.join(temporaryFolder(), 'socket');
  const { executorId } = engine;
  const workerData = {
    databaseUrl: test.url,
    guardianSocket: socket,
    executorId,
    killGraceMs: 1_000,
    configuration: { source: 'own', config: commandDefaults },
  };
  const threads = await startThreads([{ name: 'keeper', workerData }], createLog('test'), () => {});
  const states = new Set<string>();
  await until('it to have died twice', () => {
    const state = threads.state()['keeper'] ?? '';
    if (state === 'down') states.add('down');
    if (state === 'starting' && states.has('down')) states.add('again');
    return states.has('again');
  });
  symlinkSync(engine.guardian.socketPath, socket);
  await until('it to live', () => threads.state()['keeper'] === 'up');
  await threads.stop(3_000);
  expect(threads.state()['keeper']).toBe('down');
});

it('the death of the executor thread ends no command: the next one goes on with it', async () => {
  const gate = createGate();
  const { id } = await define(
    db,
    `execute: echo before; ${gate.wait}; echo after\nexecute: echo last\n`,
  );
  const { instanceId } = await launchOne(db, id);
  const running = await commandOf(engine.guardian, db, instanceId);
  // No time to drain: it is ended where it stands.
  await engine.threads.stop(0, ['executor']);
  expect(await statusOf(instanceId)).toBe('working');
  const held = await engine.guardian.observe(running.id);
  expect(held).toMatchObject({ status: 'running', pid: running.pid });
  await engine.startExecutor();
  gate.open();
  await until('the instance to finish', async () => (await statusOf(instanceId)) === 'success');
  const [first, ...others] = await executionsOf(db, instanceId);
  expect(others).toHaveLength(1);
  expect(first).toMatchObject({ id: running.id, pid: running.pid, exitStatus: 0 });
  const chunks = await readOutput(db, running.id);
  expect(Buffer.concat(chunks.map(({ bytes }) => bytes)).toString()).toBe('before\nafter\n');
});

it('threads that lose their way to the guardian are started again, and go on with what they hold', async () => {
  const socket = path.join(temporaryFolder(), 'socket');
  const passing = new Set<Socket>();
  const other = await createTestDatabase();
  const books = openDatabase(other.url);
  const cut = await startEngine({
    url: other.url,
    host: 'cut-off',
    reachGuardian: (guardianSocket) =>
      new Promise((resolve) => {
        const server = createServer((near) => {
          const far = connect(guardianSocket);
          for (const end of [near, far]) passing.add(end.on('error', () => {}));
          near.pipe(far).pipe(near);
        });
        server.unref().listen(socket, () => resolve(socket));
      }),
  });
  const gate = createGate();
  const { id } = await define(books, `execute: ${gate.wait}; echo through\n`);
  const { instanceId } = await launchOne(books, id);
  const running = await commandOf(cut.guardian, books, instanceId);
  const seen = new Set<string>();
  for (const end of passing) end.destroy();
  await until('both threads to be up again', () => {
    for (const [name, state] of Object.entries(cut.threads.state())) {
      if (state !== 'up') seen.add(name);
    }
    return seen.size === 2 && Object.values(cut.threads.state()).every((state) => state === 'up');
  });
  gate.open();
  await until('the instance to finish', async () => {
    const instance = await findInstance(books, instanceId);
    return instance?.status === 'success';
  });
  expect(await executionsOf(books, instanceId)).toMatchObject([
    { id: running.id, pid: running.pid, exitStatus: 0 },
  ]);
  await cut.stop();
  await books.close();
  await other.drop();
});

it('a command that was written off is stopped by its own host, which came back late', async () => {
  const { id } = await define(db, 'execute: sleep 77\n');
  const { instanceId } = await launchOne(db, id);
  const running = await commandOf(engine.guardian, db, instanceId);
  const held = (await executionsOf(db, instanceId))[0];
  // As another host does that has not heard of this one for the length of a lease.
  await inTransaction(db, async (tx) => {
    const [row] = await claimedBy(tx, engine.executorId);
    if (row !== undefined)
      await lose(
        tx,
        { ...row, evidence: 'unknown: host test-host unreachable.', groupEmptyAt: null },
        facts,
      );
  });
  expect(await statusOf(instanceId)).toBe('error');
  await until('its group to be empty', () => processesInGroup(running.pid ?? 0).length === 0);
  await until('the proof to be in the books', async () => {
    const [lost] = await executionsOf(db, instanceId);
    return lost?.id === held?.id && lost?.status === 'lost' && lost.groupEmptyAt !== null;
  });
  const [lost] = await executionsOf(db, instanceId);
  expect(lost?.evidence).toMatch(
    /^group empty at \d\d:\d\d:\d\d UTC, seen by test-host: it was stopped\.$/,
  );
  await until('the guardian to have forgotten it', async () =>
    (await engine.guardian.list()).every((command) => command.id !== running.id),
  );
});

it('what a worker held that is no more, since there are fewer now, is settled all the same', async () => {
  const other = await createTestDatabase();
  const books = openDatabase(other.url);
  const workers = await someWorkers(books, 4, 'shrunk');
  const { id } = await define(books, 'execute: true\n');
  const { instanceId } = await launchOne(books, id);
  const claim = { queue: '@default', workerId: workers[3] ?? 0, host: 'shrunk', epoch: 'e1' };
  expect(await claimExecution(books, claim)).not.toBeNull();
  const smaller = await startEngine({ url: other.url, workers: 2, host: 'shrunk' });
  await until('the instance to be in ERROR', async () => {
    const instance = await findInstance(books, instanceId);
    return instance?.status === 'error';
  });
  expect(await executionsOf(books, instanceId)).toMatchObject([
    { status: 'lost', evidence: 'unknown: shrunk does not know what became of it.' },
  ]);
  await smaller.stop();
  await books.close();
  await other.drop();
});

it('news that finds a suspended worker awake is passed on, long before anybody looks by himself', async () => {
  const own = await createTestDatabase();
  const books = openDatabase(own.url);
  const two = await startEngine({ url: own.url, workers: 2, host: 'half' });
  const { id } = await define(books, 'execute: true\n');
  /** Milliseconds from its launch until its end is seen. */
  const runBy = async (worker: number) => {
    const from = performance.now();
    const { instanceId } = await launchOne(books, id);
    await until(
      'it to be run',
      async () => (await findInstance(books, instanceId))?.status === 'success',
    );
    const took = performance.now() - from;
    expect(await executionsOf(books, instanceId)).toMatchObject([{ workerNumber: worker }]);
    return took;
  };
  const slowest = async () => {
    const took: number[] = [];
    await books.query('update workers set suspended = number = 1');
    for (let turn = 0; turn < 4; turn += 1) took.push(await runBy(2));
    await books.query('update workers set suspended = number = 2');
    return Math.max(...took, await runBy(1));
  };
  // The next look is 5 s away each time.
  expect(await shortest(4_500, slowest)).toBeLessThan(4_500);
  await two.stop();
  await books.close();
  await own.drop();
});
