/** `show job`: the card of a definition. */
import { definitionCard } from '../../messages/definition-card.ts';
import { showDefinition } from '../../operations/show.ts';
import { listInstances } from '../../store/instances.ts';
import { memoryExpectancy } from '../../store/memory-expectancy.ts';
import { adminsOf } from '../../store/users.ts';
import { findJob } from '../find-job.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';

const instancesShown = 5;

/** `job` is what was typed; the id of a button as a number. */
export async function jobCard(shell: Shell, job: string | number): Promise<Content> {
  const { db } = shell;
  const found = await findJob(db, 'show', job);
  if (found.status === 'ambiguous') return found.question;
  const { definition } = found;
  const [admins, instances, memory] = await Promise.all([
    adminsOf(db, definition.id),
    listInstances(db, { definitionId: definition.id, limit: instancesShown }),
    memoryExpectancy(db, definition.id),
  ]);
  const shown = showDefinition(definition, shell.facts);
  const card = { definition: shown, admins, instances, memoryExpectancy: memory };
  return definitionCard(card, aboutNow(shell));
}
