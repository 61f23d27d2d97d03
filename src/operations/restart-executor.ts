/** The wish that the process of an executor be started again, and what becomes of a wish that cannot be granted. */
import { conflict, notFound } from '../errors.ts';
import { insertAudit } from '../store/audit.ts';
import { executorPlace } from '../store/executor-places.ts';
import {
  dropRestart,
  requestRestart,
  type RestartMode,
  type RestartWish,
} from '../store/restarts.ts';
import { auditActor, type Actor } from './actor.ts';
import { authorise, type Policy } from './authorise.ts';
import type { Tx } from '../store/database.ts';

export interface RestartExecutorWish {
  readonly executorId: number;
  readonly mode: RestartMode;
  readonly actor: Actor;
  readonly policy: Policy;
}

/** A heartbeat this old is of a process that hears no wish. */
const deafAfterSeconds = 30;

/** Resolves with when the wish was made, which names it. Throws NotFound, Forbidden, or Conflict when nobody is there to hear it. */
export async function restartExecutor(
  tx: Tx,
  { executorId, mode, actor, policy }: RestartExecutorWish,
): Promise<{ at: Date }> {
  await authorise(tx, { actor, action: 'administer', definition: null, policy });
  const place = await executorPlace(tx, executorId);
  if (place === null) throw notFound('There is no such executor.');
  if (place.secondsSinceBeat > deafAfterSeconds) {
    throw conflict(
      `${place.host} (queue ${place.queue}) has not been heard of for ${Math.round(place.secondsSinceBeat)} s: ` +
        'start it on its host.',
    );
  }
  const at = await requestRestart(tx, executorId, { mode, by: actor.name });
  const { host, queue, restart: before } = place;
  await insertAudit(tx, {
    ...auditActor(actor),
    action: 'restart',
    outcome: 'done',
    requestKey: restartKey(executorId, at),
    before: { restart: before?.mode ?? null },
    after: { host, queue, restart: mode },
  });
  return { at };
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
