/** The menu and the buttons below an executor: what is done is told to all, and the list shows it. */
import { notFound } from '../../errors.ts';
import { placeNamed } from '../../store/places.ts';
import { workers } from '../commands/workers.ts';
import { seeToExecutor, seeToWorker } from '../see-to.ts';
import { onClick } from './listen.ts';
import type { Shell } from '../shell.ts';

export const seeToWorkerChoice = onClick('worker', async (shell, click, value, actor) => {
  const { executorId, wish, number, page } = value;
  const verb = `${wish}-worker` as const;
  await seeToWorker(shell, click, actor, { verb, place: await placeOf(shell, executorId), number });
  await click.replace(await workers(shell, actor, page));
});

export const drainClick = executorClick('drain');
export const undrainClick = executorClick('undrain');

function executorClick(verb: 'drain' | 'undrain') {
  return onClick('executor', async (shell, click, { executorId, page }, actor) => {
    await seeToExecutor(shell, click, actor, { verb, place: await placeOf(shell, executorId) });
    await click.replace(await workers(shell, actor, page));
  });
}

async function placeOf({ db }: Shell, executorId: number) {
  const place = await placeNamed(db, executorId);
  if (place === null)
    throw notFound('This executor is gone. Say `workers` to see those that are there.');
  return place;
}
