// Instances that launch others, on a real database: what is launched, how often, and who is told.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancel } from '../../src/operations/cancel.ts';
import { consumeEvents } from '../../src/operations/consume-events.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { retry } from '../../src/operations/retry.ts';
import { skip } from '../../src/operations/skip.ts';
import { findInstance, type InstanceStatus } from '../../src/store/instances.ts';
import { logsOf } from '../../src/store/logs.ts';
import { childrenOf, parentOf } from '../../src/store/relations.ts';
import { inconsistencies } from '../support/consistency.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handCrew, type HandCrew } from '../support/hand-crew.ts';
import { define, facts, launchOne, member, openDatabase } from '../support/operations.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
let crew: HandCrew;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 10 });
  crew = await handCrew(db, 2);
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const statusOf = async (instanceId: number) => (await findInstance(db, instanceId))?.status;

async function childrenIn(instanceId: number, status?: InstanceStatus): Promise<number[]> {
  const children = await childrenOf(db, instanceId);
  return children
    .filter((child) => status === undefined || child.status === status)
    .map(({ id }) => id);
}

async function only(instanceId: number, status?: InstanceStatus): Promise<number> {
  const [child, ...others] = await childrenIn(instanceId, status);
  if (child === undefined || others.length > 0) throw new Error(`#${instanceId} has no only child`);
  return child;
}

const messages = async (instanceId: number) =>
  (await logsOf(db, instanceId)).map(({ message }) => message);

async function launched(script: string): Promise<number> {
  const { id } = await define(db, script);
  return (await launchOne(db, id)).instanceId;
}

const wish = (instanceId: number) => ({
  instanceId,
  actor: member('ben'),
  requestKey: randomUUID(),
});

const failing = ({ shell }: { shell: string }) => (shell.startsWith('bad') ? 1 : 0);

describe('a sub process', () => {
  it('is launched once, linked both ways, and what follows runs after it', async () => {
    const child = await define(db, 'execute: inner', { name: 'fetch' });
    const { id, name } = await define(
      db,
      `execute: before\nsub_process: ${child.id}\nexecute: after`,
    );
    const { instanceId } = await launchOne(db, id, { env: { A: '1' } });
    expect(await crew.settle()).toEqual(['before', 'inner', 'after']);
    expect(await statusOf(instanceId)).toBe('success');
    const [own, ...others] = await childrenOf(db, instanceId);
    expect(others).toEqual([]);
    expect(own).toMatchObject({
      definitionId: child.id,
      definitionName: 'fetch',
      status: 'success',
    });
    expect(await parentOf(db, own?.id ?? 0)).toMatchObject({
      id: instanceId,
      definitionName: name,
    });
    const parentName = `'#${id} ${name}' instance#${id}/${instanceId}`;
    const childName = `'#${child.id} fetch' instance#${child.id}/${own?.id}`;
    expect(await messages(own?.id ?? 0)).toContain(`Launched by ${parentName}`);
    expect(await messages(instanceId)).toEqual(
      expect.arrayContaining([
        `Launched ${childName} as a sub process.`,
        `Sub process ${childName} is finished.`,
      ]),
    );
    // The environment of a launch ends with the instance that was launched with it.
    expect(await findInstance(db, own?.id ?? 0)).toMatchObject({
      env: {},
      launchedFrom: 'sub_process',
      depth: 1,
    });
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('is found by its name, and under the older name of the task', async () => {
    await define(db, 'execute: by-name', { name: 'nightly fetch' });
    const id = await launched('subprocess: nightly fetch');
    expect(await crew.settle()).toEqual(['by-name']);
    expect(await statusOf(id)).toBe('success');
  });

  it('that takes no time is over before its parent has heard of it', async () => {
    const child = await define(db, 'noop:');
    const id = await launched(`sub_process: ${child.id}\nnoop:`);
    expect(await statusOf(id)).toBe('working');
    await crew.hear();
    expect(await statusOf(id)).toBe('success');
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('that fails keeps its parent waiting until somebody sees to it', async () => {
    const child = await define(db, 'execute: bad\nexecute: more');
    const id = await launched(`sub_process: ${child.id}\nexecute: after`);
    expect(await crew.settle(failing)).toEqual(['bad']);
    expect(await statusOf(id)).toBe('working');
    const inner = await only(id, 'error');
    await inTransaction(db, (tx) => skip(tx, wish(inner), facts));
    expect(await crew.settle()).toEqual(['more', 'after']);
    expect(await statusOf(id)).toBe('success');
  });

  it('that is cancelled fails the step, and Retry launches another', async () => {
    const child = await define(db, 'execute: inner');
    const id = await launched(`sub_process: ${child.id}\nexecute: after`);
    await crew.hear();
    const first = await only(id);
    await inTransaction(db, (tx) => cancel(tx, wish(first), facts));
    await crew.hear();
    expect(await statusOf(id)).toBe('error');
    expect((await messages(id)).at(-1)).toMatch(/^Sub process .* is canceled\.$/);
    await inTransaction(db, (tx) => retry(tx, wish(id), facts));
    expect(await crew.settle()).toEqual(['inner', 'after']);
    expect(await statusOf(id)).toBe('success');
    expect(await childrenIn(id)).toHaveLength(2);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('that another instance prevents is cancelled from the start, and fails the step', async () => {
    const child = await define(db, 'execute: inner', { preventMulti: 'working_or_error' });
    const { instanceId: inTheWay } = await launchOne(db, child.id);
    const id = await launched(`sub_process: ${child.id}`);
    await crew.hear();
    const prevented = await only(id, 'canceled');
    expect((await findInstance(db, prevented))?.preventedBy).toBe(inTheWay);
    expect(await statusOf(id)).toBe('error');
    expect(await crew.settle()).toEqual(['inner']);
    await inTransaction(db, (tx) => retry(tx, wish(id), facts));
    expect(await crew.settle()).toEqual(['inner']);
    expect(await statusOf(id)).toBe('success');
  });

  it('whose definition was deleted meanwhile fails the step with a sentence', async () => {
    const child = await define(db, 'noop:');
    const other = await define(db, 'noop:');
    const parent = await define(db, `sub_process: ${child.id}`);
    const lucky = await define(db, `sub_process: ${other.id}`);
    await db.query('update definitions set deleted_at = now() where id = $1', [child.id]);
    const { instanceId } = await launchOne(db, parent.id);
    const { instanceId: fine } = await launchOne(db, lucky.id);
    await crew.hear();
    expect([await statusOf(instanceId), await statusOf(fine)]).toEqual(['error', 'success']);
    expect((await messages(instanceId)).at(-1)).toBe(
      `Sub process cannot be launched: There is no job ${child.id}.`,
    );
  });

  it('whose script nobody can read fails the step, and no other', async () => {
    const poison = await define(db, 'noop:');
    const id = await launched(`sub_process: ${poison.id}`);
    await db.query(`update definitions set script = '  nonsense' where id = $1`, [poison.id]);
    await crew.hear();
    expect(await statusOf(id)).toBe('error');
    expect((await messages(id)).at(-1)).toContain('Sub process cannot be launched: The engine');
    await db.query(`update definitions set script = 'noop:' where id = $1`, [poison.id]);
    await inTransaction(db, (tx) => retry(tx, wish(id), facts));
    await crew.hear();
    expect(await statusOf(id)).toBe('success');
  });

  it('is launched once for each branch of a fork, and again for each retry', async () => {
    const good = await define(db, 'execute: good');
    const bad = await define(db, 'execute: inner');
    const id = await launched(
      `fork:\n  sub_process: ${good.id}\n  retry: count=1\n    sub_process: ${bad.id}\nexecute: after`,
    );
    await crew.hear();
    const [, second] = await childrenIn(id);
    await inTransaction(db, (tx) => cancel(tx, wish(second ?? 0), facts));
    expect((await crew.settle()).toSorted()).toEqual(['after', 'good', 'inner']);
    expect(await statusOf(id)).toBe('success');
    expect(await childrenIn(id)).toHaveLength(3);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('goes on by itself when its step is skipped, and ends with the instance that launched it', async () => {
    const child = await define(db, 'execute: inner');
    const id = await launched(`sub_process: ${child.id}\nexecute: after`);
    await crew.hear();
    await inTransaction(db, (tx) => skip(tx, wish(id), facts));
    const inner = await only(id, 'working');
    await inTransaction(db, (tx) => cancel(tx, wish(id), facts));
    await crew.hear();
    expect(await statusOf(inner)).toBe('canceled');
    expect(await crew.settle()).toEqual([]);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('is not launched any more when its step was skipped first', async () => {
    const child = await define(db, 'execute: inner');
    const id = await launched(`sub_process: ${child.id}\nexecute: after`);
    await inTransaction(db, (tx) => skip(tx, wish(id), facts));
    expect(await crew.settle()).toEqual(['after']);
    expect(await childrenIn(id)).toEqual([]);
    expect(await statusOf(id)).toBe('success');
  });
});

describe('Cancel', () => {
  it('reaches children and grandchildren, running or failed, and nobody else', async () => {
    const grandchild = await define(db, 'execute: bad');
    const child = await define(db, `sub_process: ${grandchild.id}`);
    const id = await launched(
      `fork:\n  sub_process: ${child.id}\n  sub_process: ${child.id}\n  sub_process: ${grandchild.id}`,
    );
    const { instanceId: bystander } = await launchOne(db, child.id);
    await crew.hear();
    const children = await childrenIn(id);
    expect(children).toHaveLength(3);
    const grandchildren = (await Promise.all(children.map((each) => childrenIn(each)))).flat();
    expect(grandchildren).toHaveLength(2);
    const claim = await crew.claim();
    if (claim === null) throw new Error('there is a command');
    await crew.end(claim, 1);
    await inTransaction(db, (tx) => cancel(tx, wish(id), facts));
    await crew.hear();
    for (const each of [...children, ...grandchildren]) {
      expect(await statusOf(each)).toBe('canceled');
    }
    expect(await statusOf(bystander)).toBe('working');
    expect((await messages(children[0] ?? 0)).at(-1)).toMatch(
      /^This job was canceled by '#\d+ nightly-report' instance#\d+\/\d+\.$/,
    );
    await crew.settle();
    expect(await statusOf(bystander)).toBe('success');
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('comes before a launch that was only wanted', async () => {
    const child = await define(db, 'execute: inner');
    const id = await launched(`sub_process: ${child.id}`);
    await inTransaction(db, (tx) => cancel(tx, wish(id), facts));
    await crew.hear();
    expect(await childrenIn(id)).toEqual([]);
  });

  it('of a run that broke reaches what it had launched', async () => {
    const child = await define(db, 'execute: inner');
    const id = await launched(
      `fork:\n  sub_process: ${child.id}\n  sequence:\n    execute: first\n    execute: second`,
    );
    await crew.hear();
    const inner = await only(id);
    const broken = `fork:\n  sub_process: ${child.id}\n  sequence:\n    execute: first\n    execute:`;
    await db.query('update instances set script = $2 where id = $1', [id, broken]);
    expect((await crew.drain()).toSorted()).toEqual(['first', 'inner']);
    await crew.hear();
    expect(await statusOf(id)).toBe('canceled');
    expect(['canceled', 'success']).toContain(await statusOf(inner));
    expect(await inconsistencies(db)).toEqual([]);
  });
});

describe('definitions that launch one another', () => {
  const launching = async (id: number, script: string) => {
    await db.query('update definitions set script = $2 where id = $1', [id, script]);
    const { instanceId } = await launchOne(db, id);
    await crew.hear();
    return instanceId;
  };

  it('do not go round in a circle: the step that would begin it anew fails', async () => {
    const { id } = await define(db, 'noop:');
    const child = await define(db, `parallel_fork: 40\n  sub_process: ${id}`);
    const instanceId = await launching(id, `sub_process: ${child.id}`);
    const inner = await only(instanceId);
    expect([await statusOf(instanceId), await statusOf(inner)]).toEqual(['working', 'error']);
    expect((await messages(inner)).at(-1)).toBe(
      `Sub process cannot be launched: It would go on for ever, for instance ${instanceId} of the same job is what has led to this one.`,
    );
    await inTransaction(db, (tx) => cancel(tx, wish(instanceId), facts));
    await crew.hear();
    expect([await statusOf(instanceId), await statusOf(inner)]).toEqual(['canceled', 'canceled']);
  });

  it('may do so twenty times, each another, and no more', async () => {
    let { id } = await define(db, 'execute: deepest');
    for (let depth = 0; depth < 20; depth += 1) ({ id } = await define(db, `sub_process: ${id}`));
    const { instanceId: fine } = await launchOne(db, id);
    expect(await crew.settle()).toEqual(['deepest']);
    expect(await statusOf(fine)).toBe('success');
    const { id: oneMore } = await define(db, `sub_process: ${id}`);
    const { instanceId: tooDeep } = await launchOne(db, oneMore);
    expect(await crew.settle()).toEqual([]);
    const [failed] = await db.query<{ message: string }>(
      `select message from logs where instance_id > $1 and level = 'ERROR'`,
      [tooDeep],
    );
    expect(failed?.message).toBe(
      'Sub process cannot be launched: 20 instances have launched one another already, and that is too deep.',
    );
    await inTransaction(db, (tx) => cancel(tx, wish(tooDeep), facts));
    await crew.hear();
    expect(await childrenIn(tooDeep, 'canceled')).toHaveLength(1);
    expect(await inconsistencies(db)).toEqual([]);
  });
});

describe('what instances say to one another', () => {
  it('is heard once, however many listen', async () => {
    const child = await define(db, 'execute: inner');
    const { id } = await define(
      db,
      `parallel_fork: 10\n  sub_process: ${child.id}\nexecute: after`,
    );
    const { instanceId } = await launchOne(db, id);
    const listen = () =>
      consumeEvents(db, facts, (error) => {
        throw error;
      });
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 8 }, listen));
      await crew.drain();
    }
    await crew.settle();
    expect(await statusOf(instanceId)).toBe('success');
    expect(await childrenIn(instanceId, 'success')).toHaveLength(10);
    expect(await inconsistencies(db)).toEqual([]);
  });

  it('is not lost where whoever hears it ends in the middle of it', async () => {
    const child = await define(db, 'execute: inner');
    const { id } = await define(db, `sub_process: ${child.id}\nexecute: after`);
    const { instanceId } = await launchOne(db, id);
    const interrupted = openDatabase(test.url, { max: 1, name: 'interrupted' });
    let statements = 0;
    // Each statement of a round is the last one once: then its connection is gone.
    for (let last = 1; statements !== -1; last += 1) {
      statements = 0;
      const cut = interruptedAfter(interrupted, last, () => (statements += 1));
      await consumeEvents(cut, facts, () => {}).catch(() => {});
      if (statements < last) statements = -1;
      await db.query('update events set available_at = now() where consumed_at is null');
    }
    await interrupted.close();
    expect(await crew.settle()).toEqual(['inner', 'after']);
    expect(await childrenIn(instanceId)).toHaveLength(1);
    expect(await statusOf(instanceId)).toBe('success');
    expect(await inconsistencies(db)).toEqual([]);
  });
});

describe('a script that names a definition that is not there', () => {
  it('is not saved, and says which line', async () => {
    await expect(define(db, 'noop:\nsub_process: 999999')).rejects.toMatchObject({
      details: ['script: (line 2) Given Job Definition ID not found: 999999'],
    });
    await expect(define(db, 'sub_process: zzz')).rejects.toMatchObject({
      details: ['script: (line 1) There is no job "zzz".'],
    });
    await expect(define(db, 'wait: 999998/daily')).rejects.toMatchObject({
      details: ['script: (line 1) Given Job Definition ID not found: 999998'],
    });
  });

  it('is told which one it may have meant, and which of several', async () => {
    for (let twice = 0; twice < 2; twice += 1) await define(db, 'noop:', { name: 'weekly' });
    await expect(define(db, 'sub_process: weekyl')).rejects.toMatchObject({
      details: ['script: (line 1) There is no job "weekyl". Did you mean "weekly"?'],
    });
    await expect(define(db, 'sub_process: weekly')).rejects.toMatchObject({
      details: [
        expect.stringMatching(/"weekly" is the name of 2 jobs \(\d+, \d+\)\. Write an id\.$/),
      ],
    });
  });

  it('may name itself', async () => {
    const { id } = await define(db, 'sub_process: the one itself', { name: 'the one itself' });
    expect(id).toBeGreaterThan(0);
  });
});

/** Ends the connection in place of the statement after so many. */
function interruptedAfter(real: Database, last: number, count: () => number): Database {
  const cut = <On extends Pick<Database, 'query'>>(on: On): On => ({
    ...on,
    // Like the real one it never throws at once: of statements sent together the others would be left alone.
    query: async (statement: Parameters<Database['query']>[0], values?: readonly unknown[]) => {
      if (count() > last) throw new Error('Connection terminated unexpectedly');
      return on.query(statement, values);
    },
  });
  return {
    ...cut(real),
    transaction: (work) => real.transaction((tx) => work(cut(tx))),
  };
}
