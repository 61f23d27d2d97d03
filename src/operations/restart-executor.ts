/** The wish that the process of an executor be started again, and what becomes of a wish that cannot be granted. */
import { conflict, notFound } from '../errors.ts';
import { insertAudit } from '../store/audit.ts';
import { somePlaces, type Place } from '../store/places.ts';
import { runningCommands, type RunningCommand } from '../store/running-commands.ts';
import {
  dropRestart,
  requestRestart,
  restartState,
  type RestartMode,
  type RestartWish,
} from '../store/restarts.ts';
import { auditActor, type Actor } from './actor.ts';
import { drainEstimate, type DrainEstimate } from './drain-estimate.ts';
import { findPlace, parsePlace, type PlaceRef } from './find-place.ts';
import type { Connection, Tx } from '../store/database.ts';

/** What a restart would meet. */
export interface RestartPlan {
  readonly executorId: number;
  readonly host: string;
  readonly queue: string;
  /** When the process that is there now was started. */
  readonly startedAt: Date;
  readonly running: readonly RunningCommand[];
  /** When nothing would run any more, if nothing new were taken. */
  readonly estimate: DrainEstimate;
}

export interface RestartExecutorWish {
  readonly place: PlaceRef;
  readonly mode: RestartMode;
  readonly actor: Actor;
}

/** A heartbeat this old is of a process that hears no wish. */
const deafAfterSeconds = 30;
const offered = 5;

/** `place` null: the only executor that there is. Throws NotFound, or Conflict with candidates, or when nobody is there. */
export async function planRestart(tx: Tx, place: PlaceRef | null): Promise<RestartPlan> {
  const { id, host, queue } = await hearingPlace(tx, place ?? (await onlyPlace(tx)));
  const state = await restartState(tx, id);
  if (state === null) throw notFound(`The executor ${host}:${queue} is gone.`);
  const running = await runningCommands(tx, [id]);
  const { startedAt } = state;
  return { executorId: id, host, queue, startedAt, running, estimate: drainEstimate(running) };
}

/**
 * Operators only: authorise first (`administer`). Resolves with when the wish was made, which names it. A later wish replaces
 * an earlier one. Throws NotFound, or Conflict with candidates, or when nobody is there to hear it.
 */
export async function restartExecutor(
  tx: Tx,
  { place, mode, actor }: RestartExecutorWish,
): Promise<{ executorId: number; at: Date }> {
  const { id, host, queue } = await hearingPlace(tx, place);
  const before = await restartState(tx, id);
  const at = await requestRestart(tx, id, { mode, by: actor.name });
  await insertAudit(tx, {
    ...auditActor(actor),
    action: 'restart',
    outcome: 'done',
    requestKey: restartKey(id, at),
    before: { restart: before?.restart?.mode ?? null },
    after: { host, queue, restart: mode },
  });
  return { executorId: id, at };
}

/** The process stays as it is; whoever wished otherwise finds the reason under the wish's key. */
export async function refuseRestart(
  tx: Tx,
  refused: { readonly executorId: number; readonly wish: RestartWish; readonly reason: string },
): Promise<void> {
  const { executorId, wish, reason } = refused;
  await dropRestart(tx, executorId, wish.at);
  await insertAudit(tx, {
    ...auditActor({ kind: 'system', id: 'main', name: 'kuroko' }),
    action: 'restart',
    outcome: 'refused',
    reason,
    requestKey: restartKey(executorId, wish.at),
  });
}

/** Names the wish in the audit log. */
export const restartKey = (executorId: number, at: Date): string =>
  `restart-${executorId}-${at.getTime()}`;

async function hearingPlace(tx: Tx, ref: PlaceRef): Promise<Place> {
  const place = await findPlace(tx, ref);
  const name = `${place.host}:${place.queue}`;
  if (place.leftAt !== null) throw conflict(`The executor ${name} has left: start it on its host.`);
  const silent = (await restartState(tx, place.id))?.secondsSinceBeat ?? 0;
  if (silent > deafAfterSeconds) {
    throw conflict(
      `The executor ${name} has not been heard of for ${Math.round(silent)} s, and hears no wish: ` +
        'look after it on its host.',
    );
  }
  return place;
}

async function onlyPlace(on: Connection): Promise<PlaceRef> {
  const [name, ...others] = await somePlaces(on, offered);
  if (name === undefined) throw notFound('No executor is there: nothing is to be restarted.');
  if (others.length > 0)
    throw conflict('There are several executors. Say which.', [name, ...others]);
  return parsePlace(name);
}
