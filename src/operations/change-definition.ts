/** Makes a definition, or changes what is named of one and leaves the rest: for whoever tells it field by field. */
import { invalid, notFound } from '../errors.ts';
import { lockDefinitions, type Definition, type DefinitionFields } from '../store/definitions.ts';
import { scheduleNow } from '../store/schedules.ts';
import { adminsOf, usersById, type User } from '../store/users.ts';
import { authorise, type Policy } from './authorise.ts';
import { databaseClock, type Clock } from './clock.ts';
import { definitionProblems } from './definition-problems.ts';
import { scheduleSetOf } from './edit-schedules.ts';
import { newDefinition } from './new-definition.ts';
import { referenceProblems } from './reference-problems.ts';
import { restoreSecrets } from './restore-secrets.ts';
import { saveDefinition, type AdminRef } from './save-definition.ts';
import {
  describeScheduleProblem,
  scheduleProblems,
  storedCron,
  type ScheduleSet,
} from './schedule-problems.ts';
import { secretsOf } from './secrets-of.ts';
import { showDefinition } from './show.ts';
import type { Actor } from './actor.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Connection, Tx } from '../store/database.ts';

export interface DefinitionWish {
  /** Null: a new one. */
  readonly id: number | null;
  /** Texts as they were shown, with their secrets masked, stand for what they are. */
  readonly fields: Partial<DefinitionFields>;
  /** Left out: as they are. */
  readonly admins?: { readonly ids: readonly number[]; readonly refs: readonly AdminRef[] };
  /** All that launch it; those that are there keep zone and catch-up. Left out: as they are. */
  readonly crons?: readonly string[];
  /** What is known to be wrong already, a sentence each: told with everything else. */
  readonly problems: readonly string[];
  readonly actor: Actor;
  readonly policy: Policy;
}

/** Throws NotFound, Forbidden, or Invalid with every problem, each beginning with its field. */
export async function changeDefinition(
  tx: Tx,
  wish: DefinitionWish,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<Definition> {
  const { id, actor, policy } = wish;
  const [current = null] = id === null ? [] : await lockDefinitions(tx, [id]);
  if (id !== null && current === null) throw notFound(`There is no definition ${id}.`);
  if (current !== null) {
    await authorise(tx, { actor, action: 'edit', definition: current, policy });
  }
  const { fields, problems: masked } = fieldsOf(wish, current, facts);
  // What it becomes must be its to edit, too: a key for some tags makes none without them.
  const becomes = { ...fields, id };
  await authorise(tx, { actor, action: 'edit', definition: becomes, policy });
  const admins = await adminsOfWish(tx, wish, current);
  const schedules = await schedulesOfWish(tx, wish, current);
  const now = await scheduleNow(tx, clock());
  const problems = [
    ...wish.problems,
    ...blankProblems(fields, current),
    ...masked,
    ...admins.problems,
    // Of whom there is not, it is said already.
    ...definitionProblems(fields, [...admins.refs, ...admins.problems], facts),
    ...(schedules === null
      ? []
      : scheduleProblems(schedules, facts, now).map(describeScheduleProblem)),
    ...(await referenceProblems(tx, fields.script)).map((problem) => `script: ${problem}`),
  ];
  if (problems.length > 0) throw invalid('The definition cannot be saved.', problems);
  const { definition } = await saveDefinition(
    tx,
    {
      id,
      version: current?.version ?? null,
      fields,
      admins: admins.refs,
      ...(schedules !== null && { schedules }),
      actor,
    },
    facts,
    clock,
  );
  return definition;
}

/** What it is to be; what was sent as it was shown is what it was. */
function fieldsOf(
  { fields: given }: DefinitionWish,
  current: Definition | null,
  facts: EngineFacts,
): { readonly fields: DefinitionFields; readonly problems: readonly string[] } {
  if (current === null) return { fields: { ...newDefinition, ...given }, problems: [] };
  const shown = showDefinition(current, facts);
  const kept = (['name', 'description', 'failureText'] as const)
    .filter((field) => given[field] === shown[field])
    .map((field) => [field, current[field]]);
  const fields = { ...current, ...given, ...Object.fromEntries(kept) } as DefinitionFields;
  if (given.script === undefined) return { fields, problems: [] };
  const restored = restoreSecrets(given.script, current.script, secretsOf(current, facts));
  return restored.ok
    ? { fields: { ...fields, script: restored.script }, problems: [] }
    : { fields, problems: restored.problems.map((problem) => `script: ${problem}`) };
}

/** As Kuroko2 has it; what was blank before may stay so. */
function blankProblems(fields: DefinitionFields, current: Definition | null): string[] {
  return (['description', 'script'] as const)
    .filter((field) => fields[field].trim() === '' && fields[field] !== current?.[field])
    .map((field) => `${field}: must not be blank.`);
}

async function adminsOfWish(
  on: Connection,
  { admins }: DefinitionWish,
  current: Definition | null,
): Promise<{ readonly refs: readonly AdminRef[]; readonly problems: readonly string[] }> {
  if (admins === undefined) {
    const users = current === null ? [] : await adminsOf(on, current.id);
    return { refs: users.map(refOf), problems: [] };
  }
  const users = await usersById(on, admins.ids);
  const missing = admins.ids.filter((id) => !users.some((user) => user.id === id));
  return {
    refs: [...users.map(refOf), ...admins.refs],
    problems: missing.map((id) => `admins: there is no user ${id}.`),
  };
}

const refOf = ({ email, slackUserId, name }: User): AdminRef => email ?? slackUserId ?? name;

async function schedulesOfWish(
  on: Connection,
  { crons }: DefinitionWish,
  current: Definition | null,
): Promise<ScheduleSet | null> {
  if (crons === undefined) return null;
  const before =
    current === null
      ? { schedules: [], suspendSchedules: [] }
      : await scheduleSetOf(on, current.id);
  const schedules = [...new Set(crons.map(storedCron))].flatMap((cron) => {
    const there = before.schedules.filter((schedule) => schedule.cron === cron);
    return there.length > 0 ? there : [{ ...plainSchedule, cron }];
  });
  return { schedules, suspendSchedules: schedules.length === 0 ? [] : before.suspendSchedules };
}

const plainSchedule = { timeZone: null, catchUp: null, catchUpWindow: null, catchUpCap: null };
