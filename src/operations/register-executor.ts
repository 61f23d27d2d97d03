/** Takes the place of a host and queue for this process, unless another one is alive there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { conflict } from '../errors.ts';
import {
  lockExecutor,
  registerExecutor,
  type ExecutorKind,
  type Worker,
} from '../store/executors.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from '../store/database.ts';

export interface ExecutorPlace {
  readonly host: string;
  readonly queue: string;
  readonly kind: ExecutorKind;
  /** Of the guardian that will run the commands. */
  readonly epoch: string;
  readonly bootId: string;
  readonly pid: number;
}

export interface ExecutorTaken {
  readonly executorId: number;
  readonly workers: readonly Worker[];
  /** Workers of a time when there were more: what they still hold is to be settled. */
  readonly retired: readonly Worker[];
}

/** A heartbeat comes every second: one that stood still this long is not coming. */
const observedMs = 2_500;
/** A heartbeat older than this needs no watching. */
const staleSeconds = 10;

/**
 * Throws Conflict when another process serves the same queue under the same host name. `isOver`
 * tells which epochs are known to have ended: those need not be watched for a heartbeat.
 */
export async function takePlace(
  db: Database,
  place: ExecutorPlace,
  workers: number,
  isOver: (epoch: string) => Promise<boolean>,
): Promise<ExecutorTaken> {
  const seen = await readPlace(db, place);
  const fresh = seen !== null && seen.secondsSinceBeat < staleSeconds;
  if (fresh && seen.epoch !== place.epoch && !(await isOver(seen.epoch))) {
    await sleep(observedMs);
    const again = await readPlace(db, place);
    if (again !== null && again.heartbeat !== seen.heartbeat) throw taken(place);
  }
  return inTransaction(db, async (tx) => {
    const now = await lockExecutor(tx, place.host, place.queue);
    // Somebody took it while we watched.
    if (now !== null && now.epoch !== place.epoch && now.epoch !== seen?.epoch) throw taken(place);
    const { id, workers: slots } = await registerExecutor(tx, place, workers);
    return { executorId: id, workers: slots.slice(0, workers), retired: slots.slice(workers) };
  });
}

const readPlace = (db: Database, { host, queue }: ExecutorPlace) =>
  inTransaction(db, (tx) => lockExecutor(tx, host, queue));

function taken({ host, queue }: ExecutorPlace) {
  return conflict(
    `Another Kuroko serves the queue ${queue} as host ${host}: stop it, or set HOSTNAME to tell the two apart.`,
  );
}
