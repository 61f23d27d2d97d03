/** Suspends and resumes workers, drains and undrains executors, as a click or a command asks for it. */
import { person } from '../messages/phrases.ts';
import { executorDeed, executorLate, workerDeed, workerLate } from '../messages/worker-deeds.ts';
import { authorise } from '../operations/authorise.ts';
import { drainExecutor, undrainExecutor } from '../operations/executor-drain.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { showCommand } from '../operations/show.ts';
import { resumeWorker, suspendWorker } from '../operations/worker-suspension.ts';
import { aboutNow, type Shell } from './shell.ts';
import type { PlaceRef } from '../operations/find-place.ts';
import type { Tx } from '../store/database.ts';
import type { Ask } from './ask.ts';
import type { SlackActor } from './serve.ts';

/** Tells the channel who did it; whoever comes late, that it was so. Throws as the operations do. */
export async function seeToWorker(
  shell: Shell,
  ask: Ask,
  actor: SlackActor,
  wish: {
    readonly verb: 'suspend-worker' | 'resume-worker';
    readonly place: PlaceRef;
    readonly number: number;
  },
): Promise<void> {
  const { verb, place, number } = wish;
  const work = verb === 'suspend-worker' ? suspendWorker : resumeWorker;
  const { already, running, ...told } = await administered(shell, actor, (tx) =>
    work(tx, { place, number, actor }),
  );
  const deed = {
    ...told,
    deed: verb === 'suspend-worker' ? 'suspend' : 'resume',
    running: running === null ? null : showCommand(running, shell.facts),
  } as const;
  const about = aboutNow(shell);
  if (already !== null) return ask.answer(workerLate(deed, already, about));
  return ask.announce(workerDeed(deed, person(actor.name, actor.id), about));
}

/** As `seeToWorker`. */
export async function seeToExecutor(
  shell: Shell,
  ask: Ask,
  actor: SlackActor,
  wish: { readonly verb: 'drain' | 'undrain'; readonly place: PlaceRef },
): Promise<void> {
  const { verb: deed, place } = wish;
  const work = deed === 'drain' ? drainExecutor : undrainExecutor;
  const { already, ...told } = await administered(shell, actor, (tx) => work(tx, { place, actor }));
  const about = aboutNow(shell);
  if (already !== null) return ask.answer(executorLate({ ...told, deed }, already, about));
  return ask.announce(executorDeed({ ...told, deed }, person(actor.name, actor.id), about));
}

/** For operators only. */
function administered<T>(
  { db, config }: Shell,
  actor: SlackActor,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return inTransaction(db, async (tx) => {
    await authorise(tx, { actor, action: 'administer', definition: null, policy: config.slack });
    return work(tx);
  });
}
