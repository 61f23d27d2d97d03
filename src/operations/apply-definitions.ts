/** Makes definitions what documents say they are: first a plan, then the change, all or none. */
import { invalid } from '../errors.ts';
import { definitionsNamed, findDefinition } from '../store/definitions.ts';
import { scheduleNow } from '../store/schedules.ts';
import { configuredTargets } from '../store/spreading.ts';
import { adminsOf, type User } from '../store/users.ts';
import { databaseClock, type Clock } from './clock.ts';
import { definitionProblems } from './definition-problems.ts';
import { definitionWarnings } from './definition-warnings.ts';
import { referenceProblems } from './reference-problems.ts';
import { planSchedules, type GivenSchedules } from './plan-schedules.ts';
import {
  describeScheduleProblem,
  scheduleProblems,
  type ScheduleSet,
} from './schedule-problems.ts';
import { writeDefinition } from './save-definition.ts';
import { secretsOf } from './secrets-of.ts';
import { targetWarnings } from './target-warnings.ts';
import type { Actor } from './actor.ts';
import type { EngineFacts } from './engine-facts.ts';
import { newDefinition } from './new-definition.ts';
import type { Connection, Tx } from '../store/database.ts';
import type { Definition, DefinitionFields } from '../store/definitions.ts';
import { describeScriptError } from '../workflow/script-error.ts';
import type { Mask } from '../workflow/mask.ts';

/** What is left out keeps its value, or gets its default. */
export interface DefinitionDocument extends GivenSchedules {
  /** Where it stands, for messages: `jobs.yml:3`. */
  readonly place: string;
  /** Identifies it if given, and is restored where it is free; else the name identifies it. */
  readonly id: number | null;
  readonly fields: Partial<DefinitionFields>;
  /** E-mail addresses or Slack user ids. */
  readonly admins: readonly string[] | null;
}

export interface PlannedDefinition {
  readonly place: string;
  readonly action: 'create' | 'change' | 'unchanged';
  /** Null for a new one that takes whatever comes. */
  readonly id: number | null;
  readonly version: number | null;
  readonly fields: DefinitionFields;
  readonly admins: readonly string[];
  /** What it launches by itself; null: as it is. */
  readonly schedules: ScheduleSet | null;
  readonly changes: readonly FieldChange[];
}

export interface FieldChange {
  readonly field: keyof DefinitionFields | 'admins' | 'schedules' | 'suspendSchedules';
  readonly before: FieldValue;
  readonly after: FieldValue;
}

export type FieldValue = string | boolean | number | readonly string[] | null;

export interface AppliedDefinition {
  readonly id: number;
  readonly name: string;
  readonly action: PlannedDefinition['action'];
  /** What is worth a second look, as sentences. */
  readonly warnings: readonly string[];
}

/** Throws Invalid with every problem of every document, each with its place. */
export async function planDefinitions(
  on: Connection,
  documents: readonly DefinitionDocument[],
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<PlannedDefinition[]> {
  const problems: string[] = [];
  const planned: PlannedDefinition[] = [];
  const seen = new Map<string, string>();
  const now = await scheduleNow(on, clock());
  for (const document of documents) {
    const target = await targetOf(on, document);
    if (typeof target === 'string') {
      problems.push(`${document.place} ${target}`);
      continue;
    }
    const plan = await planOne(on, document, target);
    const problem = sameAgain(plan, seen);
    if (problem !== null) problems.push(`${plan.place} ${problem}`);
    for (const text of definitionProblems(plan.fields, plan.admins, facts)) {
      problems.push(`${plan.place} ${text}`);
    }
    if (plan.schedules !== null) {
      const wrong = scheduleProblems(plan.schedules, facts, now).map(describeScheduleProblem);
      problems.push(...wrong.map((text) => `${plan.place} ${text}`));
    }
    planned.push(plan);
  }
  problems.push(...(await referencesOfPlan(on, planned)));
  if (problems.length > 0) throw invalid('Nothing was applied.', problems);
  return planned;
}

/** What is masked where the plan is shown: the secrets of what is, and of what is to be. */
export function secretsOfPlan({ fields, changes }: PlannedDefinition, facts: EngineFacts): Mask {
  const before = changes.find(({ field }) => field === 'script')?.before ?? '';
  return secretsOf({ script: [before, fields.script].join('\n') }, facts);
}

/** Throws Conflict, and so applies nothing, when one was changed since it was planned. */
export async function applyDefinitions(
  tx: Tx,
  plan: readonly PlannedDefinition[],
  actor: Actor,
  facts: EngineFacts,
): Promise<AppliedDefinition[]> {
  const ids: number[] = [];
  for (const { action, id, version, fields, admins, schedules } of plan) {
    if (action === 'unchanged' && id !== null) {
      ids.push(id);
      continue;
    }
    const wish = {
      id,
      version,
      fields,
      admins,
      ...(schedules !== null && { schedules }),
      actor,
    };
    ids.push((await writeDefinition(tx, wish, facts)).definition.id);
  }
  // Somebody may have deleted or renamed what they name since it was planned.
  const problems = await referencesOfPlan(tx, plan);
  if (problems.length > 0) throw invalid('Nothing was applied.', problems);
  const saved = plan.map((one, index) => ({ ...one, id: ids[index] ?? one.id }));
  const warnings = await planWarnings(tx, saved);
  return plan.map(({ fields, action }, index) => ({
    id: ids[index] ?? 0,
    name: fields.name,
    action,
    warnings: warnings[index] ?? [],
  }));
}

/** For each of a plan what is worth a second look, of those that change; nothing is refused for it. */
export async function planWarnings(
  on: Connection,
  plan: readonly PlannedDefinition[],
): Promise<string[][]> {
  const drafts = plan.map(({ id, fields: { name, script } }) => ({ id, name, script }));
  const warnings = await definitionWarnings(on, drafts);
  const targets = await configuredTargets(on);
  return plan.map(({ action, fields }, index) =>
    action === 'unchanged'
      ? []
      : [...(warnings[index] ?? []).map(describeScriptError), ...targetWarnings(fields, targets)],
  );
}

/** What their scripts name that neither is there nor among them. */
async function referencesOfPlan(
  on: Connection,
  plan: readonly PlannedDefinition[],
): Promise<string[]> {
  const expected = {
    ids: new Set(plan.flatMap(({ id }) => id ?? [])),
    names: new Set(plan.map(({ fields }) => fields.name)),
  };
  const problems: string[] = [];
  for (const { place, action, fields } of plan) {
    if (action === 'unchanged') continue;
    for (const problem of await referenceProblems(on, fields.script, expected)) {
      problems.push(`${place} script: ${problem}`);
    }
  }
  return problems;
}

/** The definition that is meant, null for a new one, or what is wrong. */
async function targetOf(
  on: Connection,
  { id, fields }: DefinitionDocument,
): Promise<Definition | null | string> {
  if (id !== null) {
    const found = await findDefinition(on, id, { deleted: true });
    if (found?.deletedAt != null) return `id: ${id} belonged to a definition that was deleted.`;
    return found ?? (fields.name === undefined ? `id: there is no definition ${id}.` : null);
  }
  if (fields.name === undefined) return 'name: is missing.';
  const named = await definitionsNamed(on, fields.name);
  if (named.length <= 1) return named[0] ?? null;
  const ids = named.map((row) => row.id).join(', ');
  return `name: "${fields.name}" is the name of ${named.length} definitions (${ids}). Add the id of the one that is meant.`;
}

async function planOne(
  on: Connection,
  { place, id, fields: given, admins: givenAdmins, ...rest }: DefinitionDocument,
  current: Definition | null,
): Promise<PlannedDefinition> {
  const { wanted: schedules, changes: rescheduled } = await planSchedules(
    on,
    current?.id ?? null,
    rest,
  );
  if (current === null) {
    const fields = { ...newDefinition, ...given };
    const admins = givenAdmins ?? [];
    const version = null;
    return { place, action: 'create', id, version, fields, admins, schedules, changes: [] };
  }
  const fields = { ...fieldsOf(current), ...given };
  const users = await adminsOf(on, current.id);
  const before = users.map((user) => user.email ?? user.slackUserId ?? user.name);
  const admins = givenAdmins === null || isSameCrowd(users, givenAdmins) ? before : givenAdmins;
  const changes: FieldChange[] = fieldNames
    .filter((field) => JSON.stringify(current[field]) !== JSON.stringify(fields[field]))
    .map((field) => ({ field, before: current[field], after: fields[field] }));
  if (admins !== before) changes.push({ field: 'admins', before, after: admins });
  changes.push(...rescheduled);
  const action = changes.length === 0 ? 'unchanged' : 'change';
  const { version } = current;
  return { place, action, id: current.id, version, fields, admins, schedules, changes };
}

function sameAgain(plan: PlannedDefinition, seen: Map<string, string>): string | null {
  const key = plan.id === null ? `name ${plan.fields.name}` : `id ${plan.id}`;
  const before = seen.get(key);
  seen.set(key, plan.place);
  return before === undefined ? null : `means the same definition as ${before}.`;
}

/** Everybody named is there, by address or Slack id, and nobody else. */
function isSameCrowd(users: readonly User[], refs: readonly string[]): boolean {
  const met = refs.map((ref) =>
    users.find(
      ({ email, slackUserId }) => email?.toLowerCase() === ref.toLowerCase() || slackUserId === ref,
    ),
  );
  return !met.includes(undefined) && new Set(met).size === users.length;
}

const fieldNames = Object.keys(newDefinition) as (keyof DefinitionFields)[];

const fieldsOf = (definition: Definition): DefinitionFields =>
  Object.fromEntries(
    fieldNames.map((field) => [field, definition[field]]),
  ) as unknown as DefinitionFields;
