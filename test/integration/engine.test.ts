import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancel } from '../../src/operations/cancel.ts';
import { finish } from '../../src/operations/finish.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { lose } from '../../src/operations/lose.ts';
import { retry } from '../../src/operations/retry.ts';
import { skip } from '../../src/operations/skip.ts';
import { terminate } from '../../src/operations/terminate.ts';
import {
  claimExecution,
  heldExecution,
  releaseExecution,
  type Claim,
} from '../../src/store/claims.ts';
import { executionsOf } from '../../src/store/executions.ts';
import { findInstance } from '../../src/store/instances.ts';
import { logsOf } from '../../src/store/logs.ts';
import { readRun } from '../../src/store/run.ts';
import { tokensOf } from '../../src/store/tokens.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  define,
  facts,
  launchOne,
  member,
  openDatabase,
  someWorkers,
} from '../support/operations.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
let workers: number[];
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 24 });
  workers = await someWorkers(db, 8);
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const host = 'h1';
const worker = (index: number) => workers[index] ?? 0;
const free = (workerId: number) => ({ workerId, queue: '@default', host, epoch: 'e1' });
const claimFor = async (workerId: number): Promise<Claim> => {
  const claim = await claimExecution(db, free(workerId));
  if (claim === null) throw new Error('there is nothing to claim');
  return claim;
};
const end = (claim: Claim, exitStatus: number, workerId: number | null = null) =>
  finish(
    db,
    claim,
    {
      executionId: claim.executionId,
      fence: claim.fence,
      exitStatus,
      termSignal: null,
      timedOut: false,
      pid: 42,
      startedAt: new Date(),
      finishedAt: new Date(),
      outputSize: 3,
      peakMemory: null,
      output: [{ start: 0, bytes: Buffer.from('hi\n') }],
    },
    { ...facts, outputTail: 'hi' },
    workerId === null ? null : free(workerId),
  );
const statusOf = async (id: number) => (await findInstance(db, id))?.status;
const operate = (instanceId: number, name = 'ben') => ({
  instanceId,
  actor: member(name),
  requestKey: randomUUID(),
});

describe('an end that comes too late', () => {
  const nothing = { recorded: false, moved: false, next: null, other: null, claim: null };

  it('writes nothing, and takes nothing, where its execution was written off', async () => {
    const { id } = await define(db, 'execute: one\n');
    const { instanceId } = await launchOne(db, id);
    const claim = await claimFor(worker(0));
    const { executionId, fence, tokenId } = claim;
    const lost = { executionId, fence, instanceId, tokenId };
    await inTransaction(db, (tx) =>
      lose(tx, { ...lost, evidence: 'its host was away', groupEmptyAt: null }, facts),
    );
    await launchOne(db, id);
    expect(await end(claim, 0, worker(0))).toMatchObject(nothing);
    expect(await statusOf(instanceId)).toBe('error');
    // In time it is all of that.
    const other = await claimFor(worker(0));
    expect(await end(other, 0, worker(0))).toMatchObject({ recorded: true, moved: true });
  });

  it('or its instance is gone', async () => {
    const { id } = await define(db, 'execute: one\n');
    const { instanceId } = await launchOne(db, id);
    const claim = await claimFor(worker(0));
    await db.query('delete from instances where id = $1', [instanceId]);
    expect(await end(claim, 0, worker(0))).toMatchObject(nothing);
    expect(await heldExecution(db, worker(0))).toBeNull();
  });
});

describe('an instance', () => {
  it('runs its steps in order with one worker, each claimed in the commit of the last', async () => {
    const { id } = await define(db, 'env: A=1\nexecute: one\necho: between\nexecute: two\n');
    const { instanceId, status } = await launchOne(db, id, { env: { B: '2' } });
    expect(status).toBe('working');
    const first = await claimFor(worker(0));
    expect(first).toMatchObject({
      shell: 'one',
      env: { A: '1', B: '2' },
      instanceId,
      tokenPath: '/1-execute',
    });
    const { claim: second, recorded, moved } = await end(first, 0, worker(0));
    expect({ recorded, moved }).toEqual({ recorded: true, moved: true });
    expect(second).toMatchObject({
      shell: 'two',
      tokenPath: '/3-execute',
      env: { A: '1', B: '2' },
    });
    // What the commit claimed is what the database says is held.
    expect(await heldExecution(db, worker(0))).toEqual(second);
    const last = await end(second as Claim, 0, worker(0));
    expect(last).toMatchObject({ claim: null, instanceStatus: 'success' });
    const instance = await findInstance(db, instanceId);
    expect(instance).toMatchObject({ status: 'success', errorAt: null, canceledAt: null });
    expect(instance?.finishedAt).toBeInstanceOf(Date);
    const lines = (await logsOf(db, instanceId)).map(({ message }) => message);
    expect(lines[0]).toBe('Launched by alice');
    expect(lines).toContain('[SUCCESS] `one` returns 0.');
    expect(lines).toContain('between');
  });

  it('is final at once when there is nothing to run', async () => {
    const { id } = await define(db, 'echo: hello\n');
    const { instanceId, status } = await launchOne(db, id);
    expect(status).toBe('success');
    expect(await statusOf(instanceId)).toBe('success');
  });

  it('fails, is retried, fails again, is skipped and succeeds', async () => {
    const { id } = await define(db, 'execute: one\nexecute: two\n');
    const { instanceId } = await launchOne(db, id);
    await end(await claimFor(worker(0)), 1);
    const failed = await findInstance(db, instanceId);
    expect(failed).toMatchObject({ status: 'error', finishedAt: null });
    expect(failed?.errorAt).toBeInstanceOf(Date);
    const [token] = await tokensOf(db, instanceId);
    expect(token).toMatchObject({ status: 'failure', attempt: 1, path: '/0-execute' });
    await inTransaction(db, (tx) =>
      retry(tx, { ...operate(instanceId), tokenId: token?.id ?? 0, attempt: 1 }, facts),
    );
    expect(await findInstance(db, instanceId)).toMatchObject({ status: 'working', errorAt: null });
    await end(await claimFor(worker(0)), 7);
    expect(await statusOf(instanceId)).toBe('error');
    await inTransaction(db, (tx) => skip(tx, operate(instanceId), facts));
    const next = await claimFor(worker(0));
    expect(next.shell).toBe('two');
    await end(next, 0);
    expect(await statusOf(instanceId)).toBe('success');
    const run = await readRun(db, instanceId);
    expect(run?.audit.map(({ action, actorName }) => `${action} ${actorName}`)).toEqual([
      'launch alice',
      'retry ben',
      'skip ben',
    ]);
  });

  it('is cancelled while a command runs: nothing goes on, the result is still recorded', async () => {
    const { id } = await define(db, 'execute: one\nexecute: two\n');
    const { instanceId } = await launchOne(db, id);
    const claim = await claimFor(worker(1));
    await inTransaction(db, (tx) => cancel(tx, operate(instanceId), facts));
    expect(await statusOf(instanceId)).toBe('canceled');
    expect(await heldExecution(db, worker(1))).toMatchObject({ stopRequestedBy: 'ben' });
    expect(await end(claim, 143, worker(1))).toMatchObject({
      recorded: true,
      moved: false,
      claim: null,
    });
    expect(await heldExecution(db, worker(1))).toBeNull();
    expect(await executionsOf(db, instanceId)).toMatchObject([
      { status: 'finished', exitStatus: 143 },
    ]);
    expect(await statusOf(instanceId)).toBe('canceled');
  });

  it('is cancelled before its command was claimed: the command never starts', async () => {
    const { id } = await define(db, 'execute: one\n');
    const { instanceId } = await launchOne(db, id);
    await inTransaction(db, (tx) => cancel(tx, operate(instanceId), facts));
    expect(await executionsOf(db, instanceId)).toMatchObject([{ status: 'canceled' }]);
    expect(await claimExecution(db, free(worker(2)))).toBeNull();
  });

  it('goes to ERROR with the evidence when its execution is lost, and late results are refused', async () => {
    const { id } = await define(db, 'execute: one\n');
    const { instanceId } = await launchOne(db, id);
    const claim = await claimFor(worker(3));
    const lost = { ...claim, evidence: 'the host burned down.', groupEmptyAt: null };
    expect(await inTransaction(db, (tx) => lose(tx, lost, facts))).toBe(true);
    expect(await inTransaction(db, (tx) => lose(tx, lost, facts))).toBe(false);
    expect(await statusOf(instanceId)).toBe('error');
    expect(await end(claim, 0, worker(3))).toMatchObject({ recorded: false, moved: false });
    expect(await executionsOf(db, instanceId)).toMatchObject([
      { status: 'lost', evidence: 'the host burned down.', exitStatus: null },
    ]);
    expect(
      (await logsOf(db, instanceId)).some(({ message }) => message.includes('burned down')),
    ).toBe(true);
    await inTransaction(db, (tx) => cancel(tx, operate(instanceId), facts));
  });
});

describe('a repeated wish', () => {
  it('launches once, and answers with the same instance', async () => {
    const { id } = await define(db, 'echo: once\n');
    const first = await launchOne(db, id, { launchKey: 'same' });
    const again = await launchOne(db, id, { launchKey: 'same' });
    expect(again).toMatchObject({ instanceId: first.instanceId, repeated: true });
  });

  it('takes effect once, also when the step has failed again meanwhile', async () => {
    const { id } = await define(db, 'execute: one\n');
    const { instanceId } = await launchOne(db, id);
    await end(await claimFor(worker(0)), 1);
    const wish = operate(instanceId);
    await inTransaction(db, (tx) => retry(tx, wish, facts));
    await end(await claimFor(worker(0)), 1);
    await inTransaction(db, (tx) => retry(tx, wish, facts));
    expect(await statusOf(instanceId)).toBe('error');
    expect((await tokensOf(db, instanceId))[0]).toMatchObject({ status: 'failure', attempt: 2 });
    await inTransaction(db, (tx) => cancel(tx, operate(instanceId), facts));
  });

  it('is taken for what it is when its answer was lost; another one is late', async () => {
    const { id } = await define(db, 'execute: one\n');
    const { instanceId } = await launchOne(db, id);
    await end(await claimFor(worker(0)), 1);
    const wish = { ...operate(instanceId), attempt: 1 };
    const first = await inTransaction(db, (tx) => retry(tx, wish, facts));
    expect(await inTransaction(db, (tx) => retry(tx, wish, facts))).toEqual(first);
    const late = { ...operate(instanceId, 'carol'), attempt: 1 };
    await expect(inTransaction(db, (tx) => retry(tx, late, facts))).rejects.toThrow(
      /^Already retried by ben (just now|\d+ seconds? ago)\. Now: working\.$/,
    );
    const [row] = await db.query('select outcome, actor_name from audit where outcome = $1', [
      'late',
    ]);
    expect(row).toEqual({ outcome: 'late', actorName: 'carol' });
    await inTransaction(db, (tx) => cancel(tx, operate(instanceId), facts));
  });
});

describe('a queue in the middle of a script', () => {
  it('is left to the workers that serve it', async () => {
    const { id } = await define(db, 'execute: one\nqueue: batch\nexecute: two\n');
    const { instanceId } = await launchOne(db, id);
    const first = await claimFor(worker(0));
    expect(await end(first, 0, worker(0))).toMatchObject({
      recorded: true,
      moved: true,
      claim: null,
    });
    expect(await heldExecution(db, worker(0))).toBeNull();
    const [, second] = await executionsOf(db, instanceId);
    expect(second).toMatchObject({ shell: 'two', queue: 'batch', status: 'pending' });
    await inTransaction(db, (tx) => cancel(tx, operate(instanceId), facts));
  });
});

describe('a claim that is given back', () => {
  it('is pending again and can be taken by another; a stale fence gives nothing back', async () => {
    const { id } = await define(db, 'execute: one\n');
    const { instanceId } = await launchOne(db, id);
    const claim = await claimFor(worker(5));
    await releaseExecution(db, { ...claim, fence: claim.fence - 1 });
    expect(await heldExecution(db, worker(5))).not.toBeNull();
    await releaseExecution(db, claim);
    expect(await heldExecution(db, worker(5))).toBeNull();
    const again = await claimFor(worker(6));
    expect(again.executionId).toBe(claim.executionId);
    await end(again, 0);
    expect(await statusOf(instanceId)).toBe('success');
  });
});

describe('the next-execution rule', () => {
  it('prevents a second launch while the first is open, and says by which', async () => {
    const { id } = await define(db, 'execute: one\n', { preventMulti: 'working_or_error' });
    const first = await launchOne(db, id);
    const second = await launchOne(db, id);
    expect(second).toMatchObject({ status: 'canceled', preventedBy: first.instanceId });
    await inTransaction(db, (tx) => cancel(tx, operate(first.instanceId), facts));
    const third = await launchOne(db, id);
    expect(third).toMatchObject({ status: 'working', preventedBy: null });
    await inTransaction(db, (tx) => cancel(tx, operate(third.instanceId), facts));
  });

  it('lets only one of twenty simultaneous launches through', async () => {
    const { id } = await define(db, 'execute: one\n', { preventMulti: 'working' });
    const launched = await Promise.all(Array.from({ length: 20 }, () => launchOne(db, id)));
    const working = launched.filter(({ status }) => status === 'working');
    expect(working).toHaveLength(1);
    await inTransaction(db, (tx) => cancel(tx, operate(working[0]?.instanceId ?? 0), facts));
  });
});

describe('terminate', () => {
  it('asks once for the running command to be stopped, and for nothing else', async () => {
    const { id } = await define(db, 'execute: one\n');
    const { instanceId } = await launchOne(db, id);
    await expect(
      inTransaction(db, (tx) => terminate(tx, operate(instanceId), facts)),
    ).rejects.toThrow('There is nothing to terminate');
    const claim = await claimFor(worker(4));
    expect(await inTransaction(db, (tx) => terminate(tx, operate(instanceId), facts))).toEqual({
      instanceId,
      executionId: claim.executionId,
    });
    await expect(
      inTransaction(db, (tx) => terminate(tx, operate(instanceId, 'carol'), facts)),
    ).rejects.toThrow('Already terminated by ben');
    await end(claim, 143);
    expect(await statusOf(instanceId)).toBe('error');
    await inTransaction(db, (tx) => cancel(tx, operate(instanceId), facts));
  });
});
