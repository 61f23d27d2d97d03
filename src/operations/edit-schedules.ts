/** Changes what a definition launches by itself: minutes up to the change are accounted for under the old rules. */
import { conflict, invalid, notFound } from '../errors.ts';
import { insertAudit } from '../store/audit.ts';
import { lockDefinitions, updateDefinition, type Definition } from '../store/definitions.ts';
import {
  insertSchedule,
  removeSchedules,
  replaceSuspendSchedules,
  scheduleNow,
  schedulesOf,
  suspendSchedulesOf,
  updateCatchUp,
  type PlannedSchedule,
  type ScheduleFields,
} from '../store/schedules.ts';
import { auditActor, type Actor } from './actor.ts';
import { databaseClock, type Clock } from './clock.ts';
import {
  describeScheduleProblem,
  scheduleProblems,
  storedCron,
  type ScheduleSet,
} from './schedule-problems.ts';
import { replan, settleSchedules } from './settle-schedules.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Connection, Tx } from '../store/database.ts';

export interface ScheduleWish {
  readonly definitionId: number;
  /** The version that was edited; null: whatever is there. */
  readonly version: number | null;
  readonly actor: Actor;
}

export interface SchedulesEdited {
  readonly definition: Definition;
  /** It was so already: nothing was written. */
  readonly unchanged: boolean;
  readonly now: ScheduleSet;
}

/** What a definition has now. */
export async function scheduleSetOf(on: Connection, definitionId: number): Promise<ScheduleSet> {
  return {
    schedules: (await schedulesOf(on, [definitionId])).map(fieldsOf),
    suspendSchedules: await suspendSchedulesOf(on, definitionId),
  };
}

/**
 * Admins and operators: authorise first (`edit`). `change` is given what is there and says what is to
 * be. Throws NotFound, Conflict when somebody else was faster, Invalid with every problem.
 */
export async function editSchedules(
  tx: Tx,
  { definitionId, version, actor }: ScheduleWish,
  change: (before: ScheduleSet) => ScheduleSet,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<SchedulesEdited> {
  const [current] = await lockDefinitions(tx, [definitionId]);
  if (current === undefined) throw notFound(`There is no job ${definitionId}.`);
  const wanted = change(await scheduleSetOf(tx, definitionId));
  const written = await writeSchedules(tx, current, wanted, actor, facts, clock);
  if (written.unchanged) return { definition: current, ...written };
  const definition =
    version === null || version === current.version
      ? await updateDefinition(tx, current.id, current.version, current)
      : null;
  if (definition !== null) return { definition, ...written };
  throw conflict(
    `"${current.name}" was changed by somebody else meanwhile. Look at it again first.`,
  );
}

/** The same as part of a bigger change of a definition that the caller has locked. */
export async function writeSchedules(
  tx: Tx,
  { id: definitionId }: Pick<Definition, 'id'>,
  given: ScheduleSet,
  actor: Actor,
  facts: EngineFacts,
  clock: Clock,
): Promise<{ readonly unchanged: boolean; readonly now: ScheduleSet }> {
  const now = await scheduleNow(tx, clock());
  const wanted = stored(given);
  const rows = await schedulesOf(tx, [definitionId]);
  const before: ScheduleSet = {
    schedules: rows.map(fieldsOf),
    suspendSchedules: await suspendSchedulesOf(tx, definitionId),
  };
  if (isSame(before, wanted) && rows.every(({ setAsideAt }) => setAsideAt === null)) {
    return { unchanged: true, now: before };
  }
  const problems = scheduleProblems(wanted, facts, now);
  if (problems.length > 0) {
    throw invalid('The schedules cannot be saved.', problems.map(describeScheduleProblem));
  }
  await settleSchedules(tx, definitionId, now, facts);
  const left = new Map(rows.map((row) => [keyOf(row), row]));
  for (const fields of wanted.schedules) {
    const kept = left.get(keyOf(fields));
    left.delete(keyOf(fields));
    if (kept === undefined) await insertSchedule(tx, definitionId, fields, now);
    else await updateCatchUp(tx, kept.id, fields);
  }
  const removed = [...left.values()].map(({ id }) => id);
  await removeSchedules(tx, removed, now);
  await replaceSuspendSchedules(tx, definitionId, wanted.suspendSchedules);
  await replan(tx, definitionId, facts);
  const action = 'schedule';
  const about = { action, outcome: 'done' as const, definitionId, before, after: wanted };
  await insertAudit(tx, { ...auditActor(actor), ...about });
  return { unchanged: false, now: wanted };
}

const stored = ({ schedules, suspendSchedules }: ScheduleSet): ScheduleSet => ({
  schedules: schedules.map((fields) => ({ ...fields, cron: storedCron(fields.cron) })),
  suspendSchedules: suspendSchedules.map(storedCron),
});

function fieldsOf(row: PlannedSchedule): ScheduleFields {
  const { cron, timeZone, catchUp, catchUpWindow, catchUpCap } = row;
  return { cron, timeZone, catchUp, catchUpWindow, catchUpCap };
}

/** Unique for a definition. */
const keyOf = ({ cron, timeZone }: ScheduleFields): string => `${cron} ${timeZone ?? ''}`;

/** In whatever order. */
function isSame(one: ScheduleSet, other: ScheduleSet): boolean {
  const text = ({ schedules, suspendSchedules }: ScheduleSet) =>
    JSON.stringify([
      schedules
        .map((row) => [keyOf(row), row.catchUp, row.catchUpWindow, row.catchUpCap].join('|'))
        .toSorted(),
      suspendSchedules.toSorted(),
    ]);
  return text(one) === text(other);
}
