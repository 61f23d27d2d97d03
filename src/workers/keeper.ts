/** The keeper thread: says that this executor is alive, and notices when another is not. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '../log.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { lose } from '../operations/lose.ts';
import { connectGuardian } from '../processes/connect-guardian.ts';
import { openDatabase } from '../store/database.ts';
import { claimedBy, notePids } from '../store/executions.ts';
import { beat, executorsWithClaims, type Executor } from '../store/executors.ts';
import { createLeaseWatch } from './lease-watch.ts';
import { createUnclaimed } from './unclaimed.ts';
import { liveUntilCancelled, tellMain, threadData } from './thread.ts';

export interface KeeperData {
  readonly databaseUrl: string;
  readonly guardianSocket: string;
  readonly executorId: number;
  readonly killGraceMs: number;
}

const beatEveryMs = 1_000;
const watchEveryMs = 3_000;
/** A command this old has its process noted; most are over before. */
const notedAfterMs = 1_000;

const data = threadData() as KeeperData;
const log = createLog('keeper');
const db = openDatabase(data.databaseUrl, { max: 2, name: 'kuroko keeper' });
const guardian = await connectGuardian(data.guardianSocket);
const cancelled = new AbortController();
const noted = new Set<number>();

/** Repeats until cancelled; what goes wrong is said once until it goes right again. */
async function every(ms: number, work: () => Promise<void>, onTrouble = () => {}): Promise<void> {
  let trouble = false;
  while (!cancelled.signal.aborted) {
    try {
      await work();
      trouble = false;
    } catch (error) {
      onTrouble();
      if (!trouble) log.warn({ err: error }, 'the keeper waits for the database');
      trouble = true;
    }
    await sleep(ms, undefined, { signal: cancelled.signal }).catch(() => {});
  }
}

const settleUnclaimed = createUnclaimed({ db, guardian, graceMs: data.killGraceMs, log });

async function sayAlive(): Promise<void> {
  if (!(await beat(db, data.executorId, guardian.epoch))) {
    tellMain({
      type: 'fatal',
      reason: 'another Kuroko has taken over this host and queue; set HOSTNAME to tell them apart',
    });
    return;
  }
  const held = await guardian.list();
  const running = held.filter(({ status }) => status === 'running');
  const alive = running.flatMap((command) => {
    if (command.status !== 'running' || command.pid === null || command.pidStart === null)
      return [];
    if (noted.has(command.id) || Date.now() - command.startedAt < notedAfterMs) return [];
    const { id, pid, pidStart, startedAt } = command;
    return [{ executionId: id, pid, pidStart, startedAt: new Date(startedAt) }];
  });
  await notePids(db, alive);
  await settleUnclaimed(held);
  noted.clear();
  for (const { id, startedAt } of running) {
    if (Date.now() - startedAt >= notedAfterMs) noted.add(id);
  }
}

const watch = createLeaseWatch(() => performance.now());

async function watchOthers(): Promise<void> {
  const silent = watch.silent(await executorsWithClaims(db), data.executorId);
  for (const executor of silent) await writeOff(executor);
}

async function writeOff(executor: Executor): Promise<void> {
  const evidence = `unknown: the host ${executor.host} has not been heard of for 30 s.`;
  for (const execution of await claimedBy(db, executor.id)) {
    const lost = { ...execution, evidence };
    await inTransaction(db, (tx) => lose(tx, lost, { outputTail: '' }));
    log.error({ executionId: execution.executionId, host: executor.host }, 'an execution was lost');
  }
}

const loops = Promise.all([
  every(beatEveryMs, sayAlive),
  every(watchEveryMs, watchOthers, () => watch.interrupted()),
]);

liveUntilCancelled(async () => {
  cancelled.abort();
  await loops;
  guardian.close();
  await db.close();
});
