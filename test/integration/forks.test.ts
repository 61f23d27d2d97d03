// Forks, joins and timers on a real database: what runs, how often, and what never gets lost.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { cancel } from '../../src/operations/cancel.ts';
import { finish } from '../../src/operations/finish.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { retry } from '../../src/operations/retry.ts';
import { skip } from '../../src/operations/skip.ts';
import { wakeTokens } from '../../src/operations/wake-tokens.ts';
import { claimExecution, type Claim } from '../../src/store/claims.ts';
import { findInstance } from '../../src/store/instances.ts';
import { tokensOf } from '../../src/store/tokens.ts';
import { inconsistencies } from '../support/consistency.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  define,
  facts,
  launchOne,
  member,
  openDatabase,
  someWorkers,
} from '../support/operations.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

/** The long form is part of `npm run test:faults`. */
const rounds = process.env['KUROKO_FAULTS'] === 'long' ? 1_000 : 10;
const connections = 8;

let test: TestDatabase;
let db: Database;
let workers: number[];
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: connections + 2 });
  workers = await someWorkers(db, connections);
});
afterAll(() => test.drop());

const claimBy = (workerId: number) =>
  claimExecution(db, { queue: '@default', workerId, host: 'h1', epoch: 'e1' });

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
      pid: null,
      startedAt: null,
      finishedAt: new Date(),
      outputSize: 0,
      peakMemory: null,
      output: [],
    },
    facts,
    workerId === null ? null : { workerId, queue: '@default', host: 'h1', epoch: 'e1' },
  );

/** One worker takes and ends whatever there is, until there is nothing; what it ran, in order. */
async function drain(workerId: number, exitOf: (claim: Claim) => number = () => 0) {
  const ran: string[] = [];
  let claim = await claimBy(workerId);
  while (claim !== null) {
    ran.push(claim.shell);
    const exitStatus = exitOf(claim);
    const chained: Claim | null = (await end(claim, exitStatus, workerId)).claim;
    claim = chained ?? (await claimBy(workerId));
  }
  return ran;
}

const first = (): number => workers[0] ?? 0;

async function launched(script: string): Promise<number> {
  const { id } = await define(db, script);
  return (await launchOne(db, id)).instanceId;
}

const statusOf = async (instanceId: number) => (await findInstance(db, instanceId))?.status;

/** All alarms ring now; resolves when nothing is due any more. */
async function passTime(): Promise<void> {
  await db.query('update tokens set wake_at = now() where wake_at is not null');
  await wakeTokens(db, facts, (error) => {
    throw error;
  });
}

const wish = (instanceId: number) => ({
  instanceId,
  actor: member('ben'),
  requestKey: randomUUID(),
});

describe('a fork', () => {
  it('within a fork runs every leaf once, and then what follows', async () => {
    const id = await launched(
      'fork:\n  sequence:\n    execute: a1\n    execute: a2\n  fork:\n    execute: b\n    noop:\n    parallel_fork: 2\n      execute: c\nexecute: after',
    );
    const ran = await drain(first());
    expect(ran.toSorted()).toEqual(['a1', 'a2', 'after', 'b', 'c', 'c']);
    expect(ran.at(-1)).toBe('after');
    expect(await statusOf(id)).toBe('success');
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('as deep as a script may be runs its leaf once, and joins all the way up', async () => {
    const forks = Array.from({ length: 199 }, (_, depth) => `${' '.repeat(depth)}fork:\n`).join('');
    const id = await launched(`${forks}${' '.repeat(199)}execute: leaf\nexecute: after`);
    expect(await drain(first())).toEqual(['leaf', 'after']);
    expect(await statusOf(id)).toBe('success');
    expect(await tokensOf(db, id)).toHaveLength(200);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('of branches that take no time is over with the launch', async () => {
    const id = await launched('fork:\n  noop:\n  parallel_fork: 300\n    echo: hi');
    expect(await statusOf(id)).toBe('success');
    expect(await tokensOf(db, id)).toHaveLength(303);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('in the middle of a script begins where the command before it has ended', async () => {
    const id = await launched('execute: before\nfork:\n  execute: a\n  execute: b\n  noop:');
    expect((await drain(first())).toSorted()).toEqual(['a', 'b', 'before']);
    expect(await statusOf(id)).toBe('success');
  });

  it('counts a branch once whose end is told twice, as after a lost answer', async () => {
    const id = await launched('fork:\n  execute: a\n  execute: b\n  execute: c\nexecute: after');
    const open = async () => (await tokensOf(db, id))[0]?.openChildren;
    const claim = await claimBy(first());
    if (claim === null) throw new Error('a was to be claimed');
    expect(await open()).toBe(3);
    expect((await end(claim, 0)).recorded).toBe(true);
    expect(await open()).toBe(2);
    expect((await end(claim, 0)).recorded).toBe(false);
    expect(await open()).toBe(2);
    expect(await drain(first())).toEqual(['b', 'c', 'after']);
    expect(await statusOf(id)).toBe('success');
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('is in ERROR while a branch has failed, whatever becomes of the others', async () => {
    const id = await launched('fork:\n  execute: bad\n  execute: bad\n  execute: good');
    await drain(first(), ({ shell }) => (shell === 'bad' ? 1 : 0));
    expect(await statusOf(id)).toBe('error');
    const failed = (await tokensOf(db, id)).filter(({ status }) => status === 'failure');
    expect(failed).toHaveLength(2);
    await expect(inTransaction(db, (tx) => retry(tx, wish(id), facts))).rejects.toMatchObject({
      details: failed.map((token) => `${token.id} ${token.path}`),
    });
    const [one, other] = failed.map((token) => token.id);
    if (one === undefined || other === undefined) throw new Error('two have failed');
    await inTransaction(db, (tx) => retry(tx, { ...wish(id), tokenId: one }, facts));
    expect(await statusOf(id)).toBe('error');
    await drain(first());
    await inTransaction(db, (tx) => skip(tx, { ...wish(id), tokenId: other }, facts));
    expect(await statusOf(id)).toBe('success');
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('is cancelled with all its branches, told once', async () => {
    const id = await launched('fork:\n  execute: a\n  sleep: 60\n  fork:\n    execute: b');
    const claim = await claimBy(first());
    await inTransaction(db, (tx) => cancel(tx, wish(id), facts));
    expect(await statusOf(id)).toBe('canceled');
    expect((await tokensOf(db, id)).map(({ status }) => status)).toEqual(
      Array.from({ length: 5 }, () => 'canceled'),
    );
    if (claim === null) throw new Error('a was to be claimed');
    expect((await end(claim, 143)).recorded).toBe(true);
    const told = await db.query(
      `select event from outbox where instance_id = $1 and event = 'cancellation'`,
      [id],
    );
    expect(told).toHaveLength(1);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it(`of fifty branches that end over ${connections} connections loses no join`, async () => {
    const { id } = await define(db, 'parallel_fork: 50\n  execute: leaf\nexecute: after');
    for (let round = 0; round < rounds; round += 1) {
      const { instanceId } = await launchOne(db, id);
      const ran = (await Promise.all(workers.map((worker) => drain(worker)))).flat();
      // Whoever ended first may have seen an empty queue: the last join came later.
      ran.push(...(await drain(first())));
      expect(ran.filter((shell) => shell === 'leaf')).toHaveLength(50);
      expect(ran.filter((shell) => shell === 'after')).toHaveLength(1);
      expect(await statusOf(instanceId)).toBe('success');
    }
    expect(await inconsistencies(db)).toEqual([]);
  }, 600_000);

  it('that is cancelled while its branches end deadlocks with none of them', async () => {
    const { id } = await define(db, 'parallel_fork: 20\n  execute: leaf\nexecute: after');
    for (let round = 0; round < rounds; round += 1) {
      const { instanceId } = await launchOne(db, id);
      const ending = workers.map((worker) => drain(worker));
      const canceling = inTransaction(db, (tx) => cancel(tx, wish(instanceId), facts)).catch(
        (error: unknown) => {
          // It was over before.
          if (!(error instanceof UserError && error.code === 'conflict')) throw error;
        },
      );
      await Promise.all([...ending, canceling]);
      await drain(first());
      expect(['canceled', 'success']).toContain(await statusOf(instanceId));
    }
    expect(await inconsistencies(db)).toEqual([]);
  }, 600_000);
});

describe('time', () => {
  it('passes for a sleep, which holds no worker', async () => {
    const id = await launched('sleep: 60\nexecute: a\nsleep: 60');
    expect(await drain(first())).toEqual([]);
    await wakeTokens(db, facts, () => {});
    expect(await drain(first())).toEqual([]);
    await passTime();
    expect(await drain(first())).toEqual(['a']);
    expect(await statusOf(id)).toBe('working');
    await passTime();
    expect(await statusOf(id)).toBe('success');
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('is not waited for where an operator skips the sleep', async () => {
    const id = await launched('sleep: 60\nnoop:');
    await inTransaction(db, (tx) => skip(tx, wish(id), facts));
    expect(await statusOf(id)).toBe('success');
  });

  it('passes between the attempts of a retry, and its budget ends', async () => {
    const id = await launched(
      'retry: count=2 sleep_time=30\n  fork:\n    execute: bad\n    execute: good',
    );
    const exitOf = ({ shell }: Claim) => (shell === 'bad' ? 1 : 0);
    expect((await drain(first(), exitOf)).toSorted()).toEqual(['bad', 'good']);
    expect(await statusOf(id)).toBe('working');
    expect(await inconsistencies(db)).toEqual([]);
    await passTime();
    expect(await drain(first(), exitOf)).toEqual(['bad']);
    await passTime();
    expect(await drain(first(), exitOf)).toEqual(['bad']);
    expect(await statusOf(id)).toBe('error');
    await inTransaction(db, (tx) => cancel(tx, wish(id), facts));
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('wakes a token once, however many look after it', async () => {
    const { id } = await define(db, 'sleep: 60\nexecute: once');
    const { instanceId } = await launchOne(db, id);
    await Promise.all(Array.from({ length: connections }, () => passTime()));
    expect(await drain(first())).toEqual(['once']);
    expect(await statusOf(instanceId)).toBe('success');
  });
});

describe('a step that succeeds at once after a retry', () => {
  it('is run again in the same worker, without a person', async () => {
    const id = await launched('retry: count=1\n  execute: twice');
    let tries = 0;
    expect(await drain(first(), () => (tries++ === 0 ? 1 : 0))).toEqual(['twice', 'twice']);
    expect(await statusOf(id)).toBe('success');
  });

  it('is skipped, and told, where the script says so', async () => {
    const id = await launched('auto_skip_error: true\nfork:\n  execute: bad\n  execute: good');
    await drain(first(), ({ shell }) => (shell === 'bad' ? 1 : 0));
    expect(await statusOf(id)).toBe('success');
    const told = await db.query<{ event: string }>(
      'select event from outbox where instance_id = $1 order by id',
      [id],
    );
    expect(told.map(({ event }) => event)).toEqual(['launch', 'skipping', 'finished']);
  });
});

describe('a token that nothing can be decided about', () => {
  it('is set aside: in ERROR, told, and no other instance feels it', async () => {
    const poisoned = await launched('execute: poisoned\nexecute: next');
    const other = await launched('execute: other');
    await db.query(`update instances set script = '  nonsense' where id = $1`, [poisoned]);
    expect((await drain(first())).toSorted()).toEqual(['other', 'poisoned']);
    expect([await statusOf(poisoned), await statusOf(other)]).toEqual(['error', 'success']);
    const [told] = await db.query<{ message: string }>(
      `select payload->>'message' as message from outbox
       where instance_id = $1 and event = 'failure'`,
      [poisoned],
    );
    expect(told?.message).toContain('The engine cannot go on');
    await inTransaction(db, (tx) => retry(tx, wish(poisoned), facts));
    expect(await statusOf(poisoned)).toBe('error');
    await inTransaction(db, (tx) => cancel(tx, wish(poisoned), facts));
    expect(await statusOf(poisoned)).toBe('canceled');
    expect(await inconsistencies(db)).toEqual([]);
  });
});

describe('the order of locks', () => {
  it('has led to no deadlock in all of this', async () => {
    // A deadlock is retried, and so seen by nobody; backends say what they counted when they end.
    await db.close();
    const reader = openDatabase(test.url, { max: 1 });
    await until('the other connections have ended', async () => {
      const others = await reader.query(
        'select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      return others.length === 0;
    });
    const [counted] = await reader.query<{ deadlocks: number }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    await reader.close();
    expect(counted?.deadlocks).toBe(0);
  });
});
