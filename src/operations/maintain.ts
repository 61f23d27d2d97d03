/** Does the maintenances that tokens wait for, a batch in each transaction, so that nothing is held up. */
import { isConnectionLost, type Database, type Tx } from '../store/database.ts';
import { lockInstance } from '../store/instances.ts';
import {
  deleteMaintenance,
  noteMaintained,
  takeMaintenance,
  type Maintenance,
} from '../store/maintenances.ts';
import {
  deleteOldDeliveries,
  deleteOldExecutions,
  deleteOldInstances,
  type Batch,
} from '../store/old-rows.ts';
import { insertReminders } from '../store/reminders.ts';
import { lockTokensByKey } from '../store/tokens.ts';
import { lineageKeys } from '../workflow/token-key.ts';
import { applyEvent } from './apply-event.ts';
import { inTransaction } from './in-transaction.ts';
import type { Maintenance as MaintenanceName } from '../workflow/task/kuroko-runner.ts';
import type { EngineFacts } from './engine-facts.ts';

/** In days. */
export interface Retention {
  readonly instances: number;
  readonly executions: number;
}

/**
 * One batch of the oldest that nobody is at; where several keepers look, each is at another. Whoever
 * is killed in the middle leaves it where it was. What cannot be done fails its step.
 */
export async function maintain(
  db: Database,
  retention: Retention,
  facts: EngineFacts,
): Promise<{ readonly more: boolean }> {
  let taken: Maintenance | null = null;
  try {
    await inTransaction(db, async (tx) => {
      taken = await takeMaintenance(tx);
      if (taken !== null) await doBatch(tx, taken, retention, facts);
    });
  } catch (error) {
    const failed = taken as Maintenance | null;
    if (failed === null || isConnectionLost(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const report = `\`${failed.name}\` could not be done: ${why}`;
    await inTransaction(db, (tx) => end(tx, failed, { done: false, report }, facts));
  }
  return { more: taken !== null };
}

async function doBatch(
  tx: Tx,
  maintenance: Maintenance,
  retention: Retention,
  facts: EngineFacts,
): Promise<void> {
  if (!maintenance.wanted) {
    await deleteMaintenance(tx, maintenance);
    return;
  }
  const work = works[maintenance.name as MaintenanceName] as Work | undefined;
  if (work === undefined) throw new Error('this version does not know it');
  const { done: now, position, more } = await work.batch(tx, maintenance.position, retention);
  const done = maintenance.done + now;
  if (more) await noteMaintained(tx, maintenance, { position, done });
  else await end(tx, maintenance, { done: true, report: work.report(done, retention) }, facts);
}

interface Work {
  readonly batch: (tx: Tx, after: number, retention: Retention) => Promise<Batch>;
  /** What was done, for the log of the instance. */
  readonly report: (done: number, retention: Retention) => string;
}

const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);

/** As Kuroko2 does it. */
const errorHours = 24;

const works: Readonly<Record<MaintenanceName, Work>> = {
  cleanup_old_instances: {
    batch: (tx, after, { instances }) => deleteOldInstances(tx, after, instances),
    report: (done, { instances }) =>
      `Instances that ended more than ${days(instances)} ago: ${done} deleted.`,
  },
  cleanup_old_execution_histories: {
    batch: deleteHistories,
    report: (done, { executions }) =>
      `Executions that ended more than ${days(executions)} ago: ${done} deleted.`,
  },
  remind_failure: {
    batch: (tx, after) => insertReminders(tx, after, errorHours),
    report: (done) => `Instances in ERROR for more than a day: ${done} told of again.`,
  },
};

/** What was sent elsewhere is kept as long as what was executed. */
async function deleteHistories(tx: Tx, after: number, { executions }: Retention) {
  const batch = await deleteOldExecutions(tx, after, executions);
  const { more } = await deleteOldDeliveries(tx, executions);
  return { ...batch, more: batch.more || more };
}

/** Lets the token know, unless it has left meanwhile. */
async function end(
  tx: Tx,
  maintenance: Maintenance,
  outcome: { readonly done: boolean; readonly report: string },
  facts: EngineFacts,
): Promise<void> {
  const { instanceId, tokenId, tokenKey: key, attempt } = maintenance;
  const instance = await lockInstance(tx, instanceId);
  if (instance === null || !(await deleteMaintenance(tx, maintenance))) return;
  const tokens = await lockTokensByKey(tx, instanceId, lineageKeys(key));
  const token = tokens.find(({ id }) => id === tokenId);
  if (token?.status !== 'waiting' || token.attempt !== attempt) return;
  await applyEvent(tx, instance, tokens, key, { type: 'maintained', ...outcome }, facts);
}
