/** Asks an executor's process to start again: told to all, and once it is back told again. */
import { notFound } from '../errors.ts';
import { person } from '../messages/phrases.ts';
import { restartAsked, restartBack, restartLate } from '../messages/restart-message.ts';
import { authorise } from '../operations/authorise.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { restartExecutor } from '../operations/restart-executor.ts';
import { lockPlaces, placeNamed } from '../store/places.ts';
import { shownExecutors } from './shown-executors.ts';
import { aboutNow, type Shell } from './shell.ts';
import type { EstimatedExecutor } from '../messages/executor-text.ts';
import type { Tx } from '../store/database.ts';
import type { RestartMode } from '../store/restarts.ts';
import type { Ask } from './ask.ts';
import type { SlackActor } from './serve.ts';

export interface RestartAsk {
  readonly executorId: number;
  /** Of the process that was shown, in milliseconds of the epoch: another one is left alone. */
  readonly startedAt: number;
  readonly mode: RestartMode;
}

/** Another way than the one asked for before replaces it. Throws as `restartExecutor` does. */
export async function askRestart(
  shell: Shell,
  ask: Ask,
  actor: SlackActor,
  wish: RestartAsk,
): Promise<void> {
  const { executorId, startedAt, mode } = wish;
  const policy = shell.config.slack;
  const { executor, isNew } = await inTransaction(shell.db, async (tx) => {
    await authorise(tx, { actor, action: 'administer', definition: null, policy });
    const seen = await lockedExecutor(shell, tx, executorId);
    const meant = seen.startedAt.getTime() === startedAt && seen.restart?.mode !== mode;
    const place = { host: seen.host, queue: seen.queue };
    if (meant) await restartExecutor(tx, { place, mode, actor });
    return { executor: seen, isNew: meant };
  });
  const about = aboutNow(shell);
  if (isNew) {
    await ask.announce(restartAsked(executor, mode, person(actor.name, actor.id), about));
    return shell.restarts.look();
  }
  const { restart } = executor;
  return ask.answer(
    executor.startedAt.getTime() === startedAt && restart !== null
      ? restartLate(executor, restart, about)
      : restartBack(executor, about),
  );
}

/** As it stands; two who press at once come one after the other. */
async function lockedExecutor(
  shell: Shell,
  tx: Tx,
  executorId: number,
): Promise<EstimatedExecutor> {
  const place = await placeNamed(tx, executorId);
  if (place !== null) await lockPlaces(tx, place.host, place.queue);
  const [executor] = (await shownExecutors(shell, tx, { executorId, limit: 1 })).executors;
  if (executor === undefined) throw notFound('This executor is gone.');
  return executor;
}
