/** `show job`: the card of a definition. */
import { definitionCard } from '../../messages/definition-card.ts';
import { isAllowed } from '../../operations/authorise.ts';
import { showDefinition } from '../../operations/show.ts';
import { shownSchedules } from '../../operations/shown-schedules.ts';
import { listInstances } from '../../store/instances.ts';
import { memoryExpectancy } from '../../store/memory-expectancy.ts';
import { adminsOf } from '../../store/users.ts';
import { findJob } from '../find-job.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';
import type { SlackActor } from '../serve.ts';

const instancesShown = 5;

/** `job` is what was typed; the id of a button as a number. */
export async function jobCard(
  shell: Shell,
  actor: SlackActor,
  job: string | number,
): Promise<Content> {
  const { db, config, facts } = shell;
  const found = await findJob(db, 'show', job);
  if (found.status === 'ambiguous') return found.question;
  const { definition } = found;
  const policy = config.slack;
  const [admins, instances, memory, schedules, mayEdit] = await Promise.all([
    adminsOf(db, definition.id),
    listInstances(db, { definitionId: definition.id, limit: instancesShown }),
    memoryExpectancy(db, definition.id),
    shownSchedules(db, definition.id, facts),
    isAllowed(db, { actor, action: 'edit', definition, policy }),
  ]);
  const shown = showDefinition(definition, facts);
  const card = {
    definition: shown,
    admins,
    instances,
    memoryExpectancy: memory,
    schedules,
    mayEdit,
  };
  return definitionCard(card, aboutNow(shell));
}
