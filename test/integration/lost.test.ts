import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancel } from '../../src/operations/cancel.ts';
import { completeEvidence } from '../../src/operations/complete-evidence.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { lose } from '../../src/operations/lose.ts';
import { retry } from '../../src/operations/retry.ts';
import { terminate } from '../../src/operations/terminate.ts';
import { writeOff } from '../../src/operations/write-off.ts';
import { auditOf } from '../../src/store/audit.ts';
import { type Claim } from '../../src/store/claims.ts';
import { claimedBy, executionsOf } from '../../src/store/executions.ts';
import { beat, executorsWithClaims } from '../../src/store/executors.ts';
import { findInstance } from '../../src/store/instances.ts';
import { logsOf } from '../../src/store/logs.ts';
import { inconsistencies } from '../support/consistency.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startEngine } from '../support/engine.ts';
import { handWorker, type HandWorker } from '../support/hand-worker.ts';
import { processesInGroup } from '../support/live-processes.ts';
import { define, facts, launchOne, member, openDatabase } from '../support/operations.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
let worker: HandWorker;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 10 });
  worker = await handWorker(db);
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const unknown = { evidence: 'unknown: host h unreachable since 02:00:00 UTC.', groupEmptyAt: null };
const proof = { evidence: 'group empty at 02:04:41 UTC, seen by h: it was stopped.' };
const proven = { ...proof, groupEmptyAt: new Date('2026-07-30T02:04:41Z') };

const statusOf = async (id: number) => (await findInstance(db, id))?.status;
const loseIt = (claim: Claim, what: typeof unknown | typeof proven) =>
  inTransaction(db, (tx) => lose(tx, { ...claim, ...what }, facts));
const complete = ({ executionId, instanceId }: Claim) =>
  inTransaction(db, (tx) => completeEvidence(tx, { executionId, instanceId, ...proven }, facts));
const wish = (instanceId: number) => ({
  instanceId,
  actor: member('ben'),
  requestKey: randomUUID(),
});
/** Of somebody who has read that it may run twice. */
const despite = (instanceId: number) => ({ ...wish(instanceId), risk: 'accepted' as const });
/** A claimed command of a definition that has lost ones retried, or not. */
async function claimed(retryLost: boolean): Promise<Claim> {
  const { id } = await define(db, 'execute: ./fetch.sh\n', { retryLost });
  await launchOne(db, id);
  return worker.claim();
}
const noticesOf = async (instanceId: number) =>
  (
    await db.query<{ event: string }>(
      `select event from outbox where instance_id = $1 and event <> 'launch' order by id`,
      [instanceId],
    )
  ).map(({ event }) => event);
const messagesOf = async (instanceId: number) =>
  (await logsOf(db, instanceId)).map(({ message }) => message);

describe('a lost command that is proven to be dead', () => {
  it('is retried in the same transaction where its definition asks for it, and nobody is told', async () => {
    const claim = await claimed(true);
    expect(await loseIt(claim, proven)).toBe(true);
    const { instanceId } = claim;
    expect(await statusOf(instanceId)).toBe('working');
    expect(await executionsOf(db, instanceId)).toMatchObject([
      { status: 'lost', groupEmptyAt: proven.groupEmptyAt },
      { status: 'pending', attempt: 1, shell: './fetch.sh' },
    ]);
    expect(await noticesOf(instanceId)).toEqual(['refresh']);
    expect(await auditOf(db, instanceId)).toMatchObject([
      { action: 'launch' },
      { action: 'retry', actorKind: 'system', actorName: 'Kuroko', attempt: 1 },
    ]);
    expect(await messagesOf(instanceId)).toEqual([
      'Launched by alice',
      '[FAILURE] `./fetch.sh` is lost: group empty at 02:04:41 UTC, seen by h: it was stopped.',
      'Nothing of `./fetch.sh` runs any more: it is retried by itself (1 of 3).',
      'Retry by Kuroko.',
    ]);
    await worker.end(await worker.claim(), 0);
    expect(await statusOf(instanceId)).toBe('success');
  });

  it('waits for a person where its definition does not', async () => {
    const claim = await claimed(false);
    await loseIt(claim, proven);
    expect(await statusOf(claim.instanceId)).toBe('error');
    expect(await noticesOf(claim.instanceId)).toEqual(['failure']);
  });

  it('is retried three times in a row, then a person is asked, who opens three more', async () => {
    let claim = await claimed(true);
    const { instanceId } = claim;
    for (const _ of [1, 2, 3]) {
      await loseIt(claim, proven);
      expect(await statusOf(instanceId)).toBe('working');
      claim = await worker.claim();
    }
    await loseIt(claim, proven);
    expect(await statusOf(instanceId)).toBe('error');
    expect((await noticesOf(instanceId)).filter((event) => event === 'failure')).toHaveLength(1);
    await inTransaction(db, (tx) => retry(tx, wish(instanceId), facts));
    await loseIt(await worker.claim(), proven);
    expect(await statusOf(instanceId)).toBe('working');
    await worker.end(await worker.claim(), 0);
  });

  it('is not retried when somebody wanted it to end', async () => {
    const claim = await claimed(true);
    await inTransaction(db, (tx) => terminate(tx, wish(claim.instanceId), facts));
    await loseIt(claim, proven);
    expect(await statusOf(claim.instanceId)).toBe('error');
    const other = await claimed(true);
    await inTransaction(db, (tx) => cancel(tx, wish(other.instanceId), facts));
    await loseIt(other, proven);
    expect(await statusOf(other.instanceId)).toBe('canceled');
  });
});

describe('a lost command of which nobody knows', () => {
  it('is a question, until its host is back with the proof: then it is retried', async () => {
    const claim = await claimed(true);
    const { instanceId } = claim;
    await loseIt(claim, unknown);
    expect(await statusOf(instanceId)).toBe('error');
    expect(await noticesOf(instanceId)).toEqual(['failure']);
    expect(await complete(claim)).toBe(true);
    expect(await complete(claim)).toBe(false);
    expect(await statusOf(instanceId)).toBe('working');
    expect(await noticesOf(instanceId)).toEqual(['failure', 'refresh']);
    expect(await executionsOf(db, instanceId)).toMatchObject([
      { status: 'lost', ...proven },
      { status: 'pending', attempt: 1 },
    ]);
    expect(await messagesOf(instanceId)).toContain(
      `Of the lost \`./fetch.sh\` is known now: ${proven.evidence}`,
    );
    await worker.end(await worker.claim(), 0);
  });

  it('stays a question where nobody asked for retries, but one without risk', async () => {
    const claim = await claimed(false);
    await loseIt(claim, unknown);
    await complete(claim);
    expect(await statusOf(claim.instanceId)).toBe('error');
    expect(await noticesOf(claim.instanceId)).toEqual(['failure', 'refresh']);
    expect(await executionsOf(db, claim.instanceId)).toMatchObject([proven]);
  });

  it('is not retried by somebody who was not told so, and by somebody who was', async () => {
    const claim = await claimed(false);
    const { instanceId } = claim;
    await loseIt(claim, unknown);
    const refused = inTransaction(db, (tx) => retry(tx, wish(instanceId), facts));
    await expect(refused).rejects.toThrow(
      'may still run on host-of-the-test. Retry may run it twice: make sure first.',
    );
    expect(await statusOf(instanceId)).toBe('error');
    await inTransaction(db, (tx) => retry(tx, despite(instanceId), facts));
    // What came of the second try is known: there is nothing to be told.
    await worker.end(await worker.claim(), 1);
    await inTransaction(db, (tx) => retry(tx, wish(instanceId), facts));
    await worker.end(await worker.claim(), 0);
  });

  it('is left to the person who was faster', async () => {
    const claim = await claimed(true);
    const { instanceId } = claim;
    await loseIt(claim, unknown);
    await inTransaction(db, (tx) => retry(tx, despite(instanceId), facts));
    const again = await worker.claim();
    expect(await complete(claim)).toBe(true);
    expect(await executionsOf(db, instanceId)).toMatchObject([proven, { status: 'claimed' }]);
    // Failed once more for a reason of its own: the old proof is none for the new attempt.
    await worker.end(again, 1);
    expect(await complete(claim)).toBe(false);
    expect(await statusOf(instanceId)).toBe('error');
  });

  it('is retried once when a person and the proof come at the same moment', async () => {
    for (const _ of Array.from({ length: 10 })) {
      const claim = await claimed(true);
      const { instanceId } = claim;
      await loseIt(claim, unknown);
      const byPerson = inTransaction(db, (tx) =>
        retry(tx, { ...despite(instanceId), attempt: 1 }, facts),
      );
      await Promise.allSettled([byPerson, complete(claim)]);
      expect(await executionsOf(db, instanceId)).toMatchObject([proven, { status: 'pending' }]);
      await worker.end(await worker.claim(), 0);
    }
  });
});

it('a host that speaks again in the last moment keeps what it has', async () => {
  const claim = await claimed(false);
  const [silent] = await executorsWithClaims(db);
  if (silent === undefined) throw new Error('nobody holds anything');
  await beat(db, silent.id, silent.epoch);
  const [held] = await claimedBy(db, silent.id);
  if (held === undefined) throw new Error('nothing is held');
  const lost = { ...held, ...unknown };
  expect(await inTransaction(db, (tx) => writeOff(tx, silent, lost, facts))).toBe(false);
  expect(await statusOf(claim.instanceId)).toBe('working');
  const [still] = await executorsWithClaims(db);
  if (still === undefined) throw new Error('nobody holds anything');
  expect(await inTransaction(db, (tx) => writeOff(tx, still, lost, facts))).toBe(true);
  expect(await statusOf(claim.instanceId)).toBe('error');
});

it('whatever was lost, proven and retried, the books add up', async () => {
  expect(await inconsistencies(db)).toEqual([]);
});

describe('on real hosts', () => {
  /**
   * What the commands themselves say: `start PID` and `end PID`, a line each. The first takes longer than it is
   * waited for, so that it is stopped however late that is; the next one takes 4 s.
   */
  const script = (journal: string) =>
    `execute: trap '' TERM; echo start $$ >> ${journal}; [ $(wc -l < ${journal}) -gt 1 ] || sleep 60; sleep 4; echo end $$ >> ${journal}\n`;
  const linesOf = (journal: string) => readFileSync(journal, 'utf8').trim().split('\n');
  async function journaled(killGrace: number | null) {
    const journal = path.join(temporaryFolder(), 'journal');
    appendFileSync(journal, '');
    const books = await createTestDatabase();
    const own = openDatabase(books.url);
    const fields = { retryLost: true, killGrace };
    const { id } = await define(own, script(journal), fields);
    return { journal, books, own, id };
  }

  it('a command is stopped by the host that had been given up, and retried only after that', async () => {
    const { journal, books, own, id } = await journaled(1);
    const engine = await startEngine({ url: books.url, killGraceMs: 60_000 });
    const { instanceId } = await launchOne(own, id);
    await until('the command to run', () => linesOf(journal)[0]?.startsWith('start'));
    const pid = Number(linesOf(journal)[0]?.split(' ')[1]);
    // As another host does that has not heard of this one for the length of a lease.
    const [held] = await claimedBy(own, engine.executorId);
    if (held === undefined) throw new Error('nothing is held');
    await inTransaction(own, (tx) => lose(tx, { ...held, ...unknown }, facts));
    await until('it to be retried', () => linesOf(journal).length > 1);
    expect(processesInGroup(pid)).toEqual([]);
    await until('it to finish', async () => {
      const instance = await findInstance(own, instanceId);
      return instance?.status === 'success';
    });
    const [first, second, third] = linesOf(journal);
    expect([first, third?.split(' ')[0]]).toEqual([`start ${pid}`, 'end']);
    expect(second?.split(' ')[1]).toBe(third?.split(' ')[1]);
    const executions = await executionsOf(own, instanceId);
    expect(executions).toMatchObject([{ status: 'lost' }, { status: 'finished', exitStatus: 0 }]);
    expect(executions[0]?.evidence).toMatch(
      /^group empty at [\d:]+ UTC, seen by test-host: it was/,
    );
    await until('the guardian to hold nothing', async () => {
      const list = await engine.guardian.list();
      return list.length === 0;
    });
    await engine.stop();
    await own.close();
    await books.drop();
  });

  it('what a former guardian ran is proven by what it left in writing', async () => {
    const { journal, books, own, id } = await journaled(null);
    const dataDir = temporaryFolder();
    const first = await startEngine({ url: books.url, dataDir });
    const { instanceId } = await launchOne(own, id);
    await until('the command to run', () => linesOf(journal)[0]?.startsWith('start'));
    await first.threads.stop(0);
    const [held] = await claimedBy(own, first.executorId);
    if (held === undefined) throw new Error('nothing is held');
    await inTransaction(own, (tx) => lose(tx, { ...held, ...unknown }, facts));
    await first.guardian.end(0);
    const second = await startEngine({ url: books.url, dataDir });
    await until('it to finish', async () => {
      const instance = await findInstance(own, instanceId);
      return instance?.status === 'success';
    });
    const executions = await executionsOf(own, instanceId);
    expect(executions).toMatchObject([{ status: 'lost' }, { status: 'finished', exitStatus: 0 }]);
    expect(executions[0]?.evidence).toMatch(
      /UTC, seen by test-host: it was stopped as Kuroko ended/,
    );
    await second.stop();
    await own.close();
    await books.drop();
  });

  it('a claim whose command was never submitted is proven so, and of a strange epoch nothing is', async () => {
    const books = await createTestDatabase();
    const own = openDatabase(books.url);
    const { id } = await define(own, 'queue: nobodys\nexecute: true\n');
    const engine = await startEngine({ url: books.url });
    const lostUnder = async (epoch: string) => {
      const { instanceId } = await launchOne(own, id);
      // As it would stand there had its host stopped between claim and submit.
      await own.query(
        `update executions set status = 'lost', host = 'test-host', queue = '@default', epoch = $2,
           fence = 0, evidence = $3
         where instance_id = $1`,
        [instanceId, epoch, unknown.evidence],
      );
      return instanceId;
    };
    const strange = await lostUnder('an epoch of another folder');
    const never = await lostUnder(engine.guardian.epoch);
    await until('the proof', async () => {
      const [execution] = await executionsOf(own, never);
      return execution?.groupEmptyAt !== null;
    });
    const [execution] = await executionsOf(own, never);
    expect(execution?.evidence).toMatch(/seen by test-host: it was never started\.$/);
    expect(await executionsOf(own, strange)).toMatchObject([
      { groupEmptyAt: null, evidence: unknown.evidence },
    ]);
    await engine.stop();
    await own.close();
    await books.drop();
  });
});
