/** Drains an executor, and takes that back: draining it takes nothing new, and what it runs may end. */
import { conflict } from '../errors.ts';
import { insertAudit } from '../store/audit.ts';
import { markDraining, markUndrained, type Place } from '../store/places.ts';
import { runningCommands, type RunningCommand } from '../store/running-commands.ts';
import { auditActor, type Actor } from './actor.ts';
import { drainEstimate, type DrainEstimate } from './drain-estimate.ts';
import { findPlace, type PlaceRef } from './find-place.ts';
import type { ExecutorKind } from '../store/executors.ts';
import type { Deed } from '../store/workers.ts';
import type { Tx } from '../store/database.ts';

export interface DrainWish {
  readonly place: PlaceRef;
  readonly actor: Actor;
}

export interface DrainTold {
  readonly host: string;
  readonly queue: string;
  /** An `executor` ends by itself once it is empty; a `start` stays. */
  readonly kind: ExecutorKind;
  /** Who had done it before, so that nothing was changed; null when it was done now. */
  readonly already: Deed | null;
  readonly running: readonly RunningCommand[];
  /** When nothing of it will run any more. */
  readonly estimate: DrainEstimate;
}

/** Operators only: authorise first (`administer`). Throws NotFound, or Conflict with candidates. */
export async function drainExecutor(tx: Tx, wish: DrainWish): Promise<DrainTold> {
  const place = await findPlace(tx, wish.place);
  if (place.leftAt !== null) {
    throw conflict(
      `The executor ${place.host}:${place.queue} has left: there is nothing to drain.`,
    );
  }
  if (place.draining === null) await markDraining(tx, place.id, wish.actor.name);
  return told(tx, 'drain', wish, place, place.draining);
}

/** Operators only: authorise first (`administer`). Throws NotFound, or Conflict with candidates. */
export async function undrainExecutor(tx: Tx, wish: DrainWish): Promise<DrainTold> {
  const place = await findPlace(tx, wish.place);
  if (place.draining !== null) await markUndrained(tx, place.id);
  // Nobody is known to have taken back what was never wished.
  const already = place.draining === null ? { by: null, at: null } : null;
  return told(tx, 'undrain', wish, place, already);
}

async function told(
  tx: Tx,
  action: 'drain' | 'undrain',
  { actor }: DrainWish,
  { id, host, queue, kind }: Place,
  already: Deed | null,
): Promise<DrainTold> {
  const running = await runningCommands(tx, [id]);
  await insertAudit(tx, {
    ...auditActor(actor),
    action,
    outcome: already === null ? 'done' : 'late',
    after: { host, queue, draining: action === 'drain', running: running.length },
  });
  return { host, queue, kind, already, running, estimate: drainEstimate(running) };
}
