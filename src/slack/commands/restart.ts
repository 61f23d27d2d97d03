/** `restart [HOST[:QUEUE]]`: what runs there until when, and the ways to start it again. */
import { notFound } from '../../errors.ts';
import { restartMessage } from '../../messages/restart-message.ts';
import { authorise } from '../../operations/authorise.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { shownExecutors } from '../shown-executors.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';
import type { WorkerFilter } from '../../store/worker-list.ts';
import type { SlackActor } from '../serve.ts';

/** More than are shown, so that their number can be told. */
const counted = 100;

/** For operators only. */
export async function restartChoice(
  shell: Shell,
  actor: SlackActor,
  which: Pick<WorkerFilter, 'executorId' | 'host' | 'queue'>,
): Promise<Content> {
  const policy = shell.config.slack;
  await inTransaction(shell.db, (tx) =>
    authorise(tx, { actor, action: 'administer', definition: null, policy }),
  );
  const { executors } = await shownExecutors(shell, shell.db, { ...which, limit: counted });
  const present = executors.filter(({ presence }) => presence !== 'left');
  if (present.length === 0 && which.host !== undefined) {
    throw notFound(`There is no executor on a host ${which.host}. \`workers\` shows them all.`);
  }
  return restartMessage(present, aboutNow(shell));
}
