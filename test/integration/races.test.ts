import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { cancel } from '../../src/operations/cancel.ts';
import { finish } from '../../src/operations/finish.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { retry } from '../../src/operations/retry.ts';
import { skip } from '../../src/operations/skip.ts';
import { claimExecution, type Claim } from '../../src/store/claims.ts';
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
import type { Database } from '../../src/store/database.ts';

/** The long form is part of `npm run test:faults`. */
const rounds = process.env['KUROKO_FAULTS'] === 'long' ? 1_000 : 150;

let test: TestDatabase;
let db: Database;
let worker: number;
let definitionId: number;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 20 });
  [worker = 0] = await someWorkers(db, 1);
  definitionId = (await define(db, 'execute: one\nexecute: two\n')).id;
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const finishWith = (claim: Claim, exitStatus: number) => {
  const { executionId, fence } = claim;
  const result = {
    executionId,
    fence,
    exitStatus,
    termSignal: null,
    timedOut: false,
    pid: null,
    startedAt: null,
    finishedAt: new Date(),
    outputSize: 0,
    peakMemory: null,
    output: [],
  };
  return finish(db, claim, result, facts, null);
};

const claimed = async (): Promise<Claim> => {
  const claim = await claimExecution(db, {
    queue: '@default',
    workerId: worker,
    host: 'h',
    epoch: 'e1',
  });
  if (claim === null) throw new Error('there is nothing to claim');
  return claim;
};

type Deed = 'retry' | 'skip' | 'cancel';

/** True when it took effect, false when somebody else had been faster. */
async function tried(deed: Deed, instanceId: number, attempt: number): Promise<boolean> {
  const wish = { instanceId, actor: member('ben'), requestKey: randomUUID() };
  try {
    if (deed === 'cancel') await inTransaction(db, (tx) => cancel(tx, wish, facts));
    else if (deed === 'retry')
      await inTransaction(db, (tx) => retry(tx, { ...wish, attempt }, facts));
    else await inTransaction(db, (tx) => skip(tx, { ...wish, attempt }, facts));
    return true;
  } catch (error) {
    if (error instanceof UserError && error.code === 'conflict') return false;
    throw error;
  }
}

const deeds = fc.array(fc.constantFrom<Deed>('retry', 'retry', 'skip', 'skip', 'cancel'), {
  minLength: 2,
  maxLength: 20,
});

it('two to twenty at once on a failed step: one of Retry and Skip, and at most one Cancel', async () => {
  await fc.assert(
    fc.asyncProperty(deeds, async (wanted) => {
      const { instanceId } = await launchOne(db, definitionId);
      await finishWith(await claimed(), 1);
      const done = await Promise.all(wanted.map((deed) => tried(deed, instanceId, 1)));
      const effects = wanted.filter((_, index) => done[index]);
      const [moved, canceled] = [
        effects.filter((deed) => deed !== 'cancel'),
        effects.filter((deed) => deed === 'cancel'),
      ];
      expect(moved.length).toBeLessThanOrEqual(1);
      expect(canceled).toHaveLength(wanted.includes('cancel') ? 1 : 0);
      expect(effects.length).toBeGreaterThan(0);
      const [left] = await db.query<{ shell: string | null; status: string }>(
        `select i.status, e.shell from instances i
         left join executions e on e.instance_id = i.id and e.status = 'pending' where i.id = $1`,
        [instanceId],
      );
      expect(left).toEqual(
        canceled.length > 0
          ? { status: 'canceled', shell: null }
          : { status: 'working', shell: moved[0] === 'retry' ? 'one' : 'two' },
      );
      const audited = await db.query<{ outcome: string }>(
        `select outcome from audit where instance_id = $1 and action <> 'launch'`,
        [instanceId],
      );
      expect(audited.filter(({ outcome }) => outcome === 'done')).toHaveLength(effects.length);
      expect(audited).toHaveLength(wanted.length);
      if (canceled.length === 0) await tried('cancel', instanceId, 1);
    }),
    { numRuns: Math.ceil(rounds / 2), endOnFailure: true },
  );
  expect(await inconsistencies(db)).toEqual([]);
});

it('a command that ends while it is cancelled, and told to have ended twice: one effect each', async () => {
  const exits = fc.array(fc.constantFrom<0 | 1 | 'cancel'>(0, 1, 'cancel'), {
    minLength: 2,
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(exits, async (wanted) => {
      const { instanceId } = await launchOne(db, definitionId);
      const claim = await claimed();
      const outcomes = await Promise.all(
        wanted.map(async (what) => {
          if (what === 'cancel') return { what, effect: await tried('cancel', instanceId, 0) };
          const { recorded } = await finishWith(claim, what);
          return { what, effect: recorded };
        }),
      );
      const recorded = outcomes.filter(({ what, effect }) => what !== 'cancel' && effect);
      const canceled = outcomes.filter(({ what, effect }) => what === 'cancel' && effect);
      expect(recorded).toHaveLength(wanted.some((what) => what !== 'cancel') ? 1 : 0);
      expect(canceled).toHaveLength(wanted.includes('cancel') ? 1 : 0);
      if (recorded.length === 0) await finishWith(claim, 143);
      if (canceled.length === 0) await tried('cancel', instanceId, 0);
    }),
    { numRuns: Math.floor(rounds / 2), endOnFailure: true },
  );
  expect(await inconsistencies(db)).toEqual([]);
  expect(
    await db.query(`select id from executions where status in ('pending', 'claimed')`),
  ).toEqual([]);
});
