// A commit that leaves its worker without work claims the oldest pending execution for it.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancel } from '../../src/operations/cancel.ts';
import { finish } from '../../src/operations/finish.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { lose } from '../../src/operations/lose.ts';
import {
  claimExecution,
  heldExecution,
  type Claim,
  type FreeWorker,
} from '../../src/store/claims.ts';
import { executionsOf } from '../../src/store/executions.ts';
import { inconsistencies } from '../support/consistency.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  define,
  facts,
  launchMany,
  launchOne,
  member,
  openDatabase,
  someWorkers,
} from '../support/operations.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
let workers: readonly FreeWorker[];
let worker: FreeWorker;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 12 });
  const place = { queue: '@default', host: 'h1', epoch: 'e1' };
  workers = (await someWorkers(db, 8)).map((workerId) => ({ workerId, ...place }));
  worker = workers[0] ?? { workerId: 0, ...place };
});
afterEach(async () => {
  const wrong = await inconsistencies(db);
  await db.query('truncate instances, tokens, executions, logs cascade');
  if (wrong.length > 0) throw new Error(`inconsistent: ${JSON.stringify(wrong)}`);
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const taken = async (by = worker): Promise<Claim> => {
  const claim = await claimExecution(db, by);
  if (claim === null) throw new Error('there is nothing to claim');
  return claim;
};
const end = (claim: Claim, freed: FreeWorker | null, exitStatus = 0) => {
  const { executionId, fence } = claim;
  const ended = { startedAt: new Date(), finishedAt: new Date(), outputSize: 0, output: [] };
  const unknown = { termSignal: null, timedOut: false, pid: null, peakMemory: null };
  return finish(db, claim, { executionId, fence, exitStatus, ...ended, ...unknown }, facts, freed);
};
/** Two instances of one step: the first is held by the worker, the second pending. */
const heldAndPending = async (script = 'execute: one\n') => {
  const { id } = await define(db, script);
  const first = await launchOne(db, id);
  const second = await launchOne(db, id);
  return { held: await taken(), first: first.instanceId, second: second.instanceId };
};

describe('the commit of a last step', () => {
  it('claims the oldest pending execution, with all that its worker needs', async () => {
    const { held, second } = await heldAndPending();
    const { recorded, instanceStatus, claim } = await end(held, worker);
    expect({ recorded, instanceStatus }).toEqual({ recorded: true, instanceStatus: 'success' });
    expect(claim).toMatchObject({ instanceId: second, shell: 'one', epoch: 'e1' });
    expect(claim).toEqual(await heldExecution(db, worker.workerId));
    expect(await executionsOf(db, second)).toMatchObject([
      { status: 'claimed', host: 'h1', workerNumber: 1 },
    ]);
    expect((await end(claim as Claim, worker)).claim).toBeNull();
  });

  it('also when the step fails, and when its instance was cancelled meanwhile', async () => {
    const { id } = await define(db, 'execute: one\n');
    const [, second, third] = await launchMany(db, id, 3);
    const { claim: next } = await end(await taken(), worker, 1);
    expect(next).toMatchObject({ instanceId: second?.instanceId });
    const wish = { instanceId: second?.instanceId ?? 0, actor: member('ben') };
    await inTransaction(db, (tx) => cancel(tx, { ...wish, requestKey: randomUUID() }, facts));
    const { moved, claim: last } = await end(next as Claim, worker, 143);
    expect(moved).toBe(false);
    expect(last).toMatchObject({ instanceId: third?.instanceId });
  });

  it('claims nothing for a worker that is told to stop', async () => {
    const { held, second } = await heldAndPending();
    expect((await end(held, null)).claim).toBeNull();
    expect(await executionsOf(db, second)).toMatchObject([{ status: 'pending' }]);
  });

  it('claims nothing when the result is refused, for the worker may hold something else', async () => {
    const { held, second } = await heldAndPending();
    const lost = { ...held, evidence: 'unknown: a test.', groupEmptyAt: null };
    await inTransaction(db, (tx) => lose(tx, lost, facts));
    expect(await end(held, worker)).toMatchObject({ recorded: false, claim: null });
    expect(await executionsOf(db, second)).toMatchObject([{ status: 'pending' }]);
  });

  it('leaves what another holds under lock to that other', async () => {
    const { held, second } = await heldAndPending();
    await inTransaction(db, async (tx) => {
      await tx.query('select id from executions where instance_id = $1 for update', [second]);
      expect((await end(held, worker)).claim).toBeNull();
    });
    expect(await taken()).toMatchObject({ instanceId: second });
  });
});

describe('a token that has a next step', () => {
  it('keeps its worker, whoever has waited for longer', async () => {
    const { held, first, second } = await heldAndPending('execute: one\nexecute: two\n');
    const { claim } = await end(held, worker);
    expect(claim).toMatchObject({ instanceId: first, shell: 'two' });
    expect(claim).toEqual(await heldExecution(db, worker.workerId));
    expect((await end(claim as Claim, worker)).claim).toMatchObject({ instanceId: second });
  });

  it('on another queue leaves its worker to the oldest of its own', async () => {
    const script = 'execute: one\nqueue: batch\nexecute: two\n';
    const { held, first, second } = await heldAndPending(script);
    expect((await end(held, worker)).claim).toMatchObject({ instanceId: second, shell: 'one' });
    const [, next] = await executionsOf(db, first);
    expect(next).toMatchObject({ shell: 'two', queue: 'batch', status: 'pending' });
  });
});

describe.each([
  {
    name: 'a suspended worker',
    change: 'update workers set suspended = $1 where number = 1',
    values: [true, false],
  },
  {
    name: 'a worker of a draining executor',
    change: `update executors set draining_at = case when $1 then now() end`,
    values: [true, false],
  },
  {
    name: 'a worker whose place another process has taken',
    change: 'update executors set epoch = $1',
    values: ['e2', 'e1'],
  },
])('$name', ({ change, values: [from, back] }) => {
  it('takes nothing new, in a commit or by a claim, until it may again', async () => {
    const { held, first, second } = await heldAndPending('execute: one\nexecute: two\n');
    await db.query(change, [from]);
    expect(await end(held, worker)).toMatchObject({ recorded: true, moved: true, claim: null });
    expect(await claimExecution(db, worker)).toBeNull();
    await db.query(change, [back]);
    const oldest = await taken();
    expect(oldest).toMatchObject({ instanceId: second, shell: 'one' });
    const { claim: own } = await end(oldest, worker);
    expect(own).toMatchObject({ instanceId: second, shell: 'two' });
    expect((await end(own as Claim, worker)).claim).toMatchObject({ instanceId: first });
  });
});

it('a commit whose answer was lost strands nothing: repeated, it claims nothing more', async () => {
  const { id } = await define(db, 'execute: one\n');
  const [, second, third] = await launchMany(db, id, 3);
  const held = await taken();
  await end(held, worker);
  // The answer was lost: the slot repeats it, or reads what it holds.
  expect(await end(held, worker)).toMatchObject({ recorded: false, claim: null });
  const found = await heldExecution(db, worker.workerId);
  expect(found).toMatchObject({ instanceId: second?.instanceId });
  expect((await end(found as Claim, worker)).claim).toMatchObject({
    instanceId: third?.instanceId,
  });
});

it('eight workers that never pause run three hundred instances, each once', async () => {
  const { id } = await define(db, 'execute: one\n');
  const launched = await launchMany(db, id, 300);
  const ran: number[] = [];
  const byCommit: number[] = [];
  await Promise.all(
    workers.map(async (free) => {
      let claim = await claimExecution(db, free);
      while (claim !== null) {
        ran.push(claim.instanceId);
        const { claim: next } = await end(claim, free);
        if (next !== null) byCommit.push(next.instanceId);
        claim = next ?? (await claimExecution(db, free));
      }
    }),
  );
  expect(ran.toSorted((one, other) => one - other)).toEqual(
    launched.map(({ instanceId }) => instanceId),
  );
  expect(byCommit.length).toBeGreaterThan(250);
});
