/** Suspends and resumes a definition: suspended, it is launched by hand only, and its due minutes say so. */
import { conflict, notFound } from '../errors.ts';
import { insertAudit } from '../store/audit.ts';
import { lockDefinitions, updateDefinition, type Definition } from '../store/definitions.ts';
import { scheduleNow } from '../store/schedules.ts';
import { auditActor } from './actor.ts';
import { databaseClock, type Clock } from './clock.ts';
import { replan, settleSchedules } from './settle-schedules.ts';
import type { ScheduleWish } from './edit-schedules.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';

export interface DefinitionSuspended {
  readonly definition: Definition;
  /** It was so before: nothing was changed. */
  readonly already: boolean;
}

/** Admins and operators: authorise first (`edit`). Throws NotFound, or Conflict for another version. */
export function suspendDefinition(
  tx: Tx,
  wish: ScheduleWish,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<DefinitionSuspended> {
  return set(tx, wish, true, facts, clock);
}

/** The same; its time on the ledger goes on from now. */
export function resumeDefinition(
  tx: Tx,
  wish: ScheduleWish,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<DefinitionSuspended> {
  return set(tx, wish, false, facts, clock);
}

async function set(
  tx: Tx,
  { definitionId, version, actor }: ScheduleWish,
  suspended: boolean,
  facts: EngineFacts,
  clock: Clock,
): Promise<DefinitionSuspended> {
  const [current] = await lockDefinitions(tx, [definitionId]);
  if (current === undefined) throw notFound(`There is no job ${definitionId}.`);
  const already = current.suspended === suspended;
  await insertAudit(tx, {
    ...auditActor(actor),
    action: suspended ? 'suspend' : 'resume',
    outcome: already ? 'late' : 'done',
    definitionId,
  });
  if (already) return { definition: current, already };
  await settleSchedules(tx, definitionId, await scheduleNow(tx, clock()), facts);
  const fields = { ...current, suspended };
  const definition =
    version === null || version === current.version
      ? await updateDefinition(tx, definitionId, current.version, fields)
      : null;
  if (definition === null) {
    throw conflict(
      `"${current.name}" was changed by somebody else meanwhile. Look at it again first.`,
    );
  }
  await replan(tx, definitionId, facts);
  return { definition, already };
}
