/** Deletes a definition that nothing runs of: it launches nothing more, and its instances stay readable. */
import { conflict, notFound } from '../errors.ts';
import { insertAudit } from '../store/audit.ts';
import { lockDefinitions, markDefinitionDeleted } from '../store/definitions.ts';
import { listInstances } from '../store/instances.ts';
import { scheduleSetOf, writeSchedules, type ScheduleWish } from './edit-schedules.ts';
import { auditActor } from './actor.ts';
import { databaseClock, type Clock } from './clock.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';

const named = 5;

/**
 * Admins and operators: authorise first (`edit`). Throws NotFound, or Conflict with the instances that
 * have not ended. Who launches it at the same time is first, or finds nothing: both lock it.
 */
export async function deleteDefinition(
  tx: Tx,
  { definitionId, actor }: Omit<ScheduleWish, 'version'>,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<void> {
  const [definition] = await lockDefinitions(tx, [definitionId]);
  if (definition === undefined) throw notFound(`There is no definition ${definitionId}.`);
  const open = await listInstances(tx, {
    definitionId,
    statuses: ['working', 'error'],
    limit: named,
  });
  if (open.length > 0) {
    throw conflict(
      `"${definition.name}" has instances that have not ended. See to them, or cancel them, first:`,
      [`${open.map(({ id }) => `#${id}`).join(', ')}.`],
    );
  }
  const before = await scheduleSetOf(tx, definitionId);
  // Minutes up to now are accounted for; the ledger of what is removed stays.
  await writeSchedules(
    tx,
    definition,
    { schedules: [], suspendSchedules: [] },
    actor,
    facts,
    clock,
  );
  await markDefinitionDeleted(tx, definitionId);
  await insertAudit(tx, {
    ...auditActor(actor),
    action: 'delete',
    outcome: 'done',
    definitionId,
    before,
  });
}
