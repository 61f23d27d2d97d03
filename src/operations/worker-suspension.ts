/** Suspends and resumes a worker: suspended it goes on with what it runs, and takes nothing new. */
import { notFound } from '../errors.ts';
import { insertAudit } from '../store/audit.ts';
import { runningCommands, type RunningCommand } from '../store/running-commands.ts';
import { lockWorker, markResumed, markSuspended, type Deed } from '../store/workers.ts';
import { auditActor, type Actor } from './actor.ts';
import { findPlace, type PlaceRef } from './find-place.ts';
import type { Place } from '../store/places.ts';
import type { Tx } from '../store/database.ts';

export interface WorkerWish {
  readonly place: PlaceRef;
  readonly number: number;
  readonly actor: Actor;
}

export interface WorkerTold {
  readonly host: string;
  readonly queue: string;
  readonly number: number;
  /** Who had done it before, so that nothing was changed; null when it was done now. */
  readonly already: Deed | null;
  /** What it runs. */
  readonly running: RunningCommand | null;
}

/** Operators only: authorise first (`administer`). Throws NotFound, or Conflict with candidates. */
export async function suspendWorker(tx: Tx, wish: WorkerWish): Promise<WorkerTold> {
  const { place, worker } = await find(tx, wish);
  if (!worker.suspended) await markSuspended(tx, worker.id, wish.actor.name);
  return told(tx, 'suspend_worker', wish, place, worker.suspended ? worker.last : null);
}

/** Operators only: authorise first (`administer`). Throws NotFound, or Conflict with candidates. */
export async function resumeWorker(tx: Tx, wish: WorkerWish): Promise<WorkerTold> {
  const { place, worker } = await find(tx, wish);
  if (worker.suspended) await markResumed(tx, worker.id, wish.actor.name);
  return told(tx, 'resume_worker', wish, place, worker.suspended ? null : worker.last);
}

async function find(tx: Tx, wish: WorkerWish) {
  const place = await findPlace(tx, wish.place);
  const worker = await lockWorker(tx, place.id, wish.number);
  if (worker !== null) return { place, worker };
  throw notFound(`The executor ${place.host}:${place.queue} has no worker ${wish.number}.`);
}

async function told(
  tx: Tx,
  action: 'suspend_worker' | 'resume_worker',
  { actor, number }: WorkerWish,
  { id, host, queue }: Place,
  already: Deed | null,
): Promise<WorkerTold> {
  await insertAudit(tx, {
    ...auditActor(actor),
    action,
    outcome: already === null ? 'done' : 'late',
    after: { host, queue, number, suspended: action === 'suspend_worker' },
  });
  const running = await runningCommands(tx, [id]);
  const mine = running.find(({ workerNumber }) => workerNumber === number) ?? null;
  return { host, queue, number, already, running: mine };
}
