/** Definitions of a running Kuroko2, under their ids there: first a plan, then the change, all or none. */
import { UserError, invalid } from '../errors.ts';
import {
  definitionsNamed,
  findDefinition,
  type Definition,
  type DefinitionFields,
} from '../store/definitions.ts';
import { madeBy } from '../store/audit.ts';
import { originsOf, othersFrom, setOrigin } from '../store/origins.ts';
import { referencesOf } from '../workflow/circles.ts';
import { movingNotes } from '../workflow/moving-notes.ts';
import { describeScriptError } from '../workflow/script-error.ts';
import {
  applyDefinitions,
  planDefinitions,
  type AppliedDefinition,
  type DefinitionDocument,
  type PlannedDefinition,
} from './apply-definitions.ts';
import { scheduleSetOf } from './edit-schedules.ts';
import { storedCron } from './schedule-problems.ts';
import { readableTreeOf } from './script-tree.ts';
import { newDefinition } from './new-definition.ts';
import { sampler, type Actor } from './actor.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { ScheduleFields } from '../store/schedules.ts';
import type { Connection, Tx } from '../store/database.ts';

/** As Kuroko2 tells it; what it does not tell is left out, and stays as it is here. */
export interface MovedDefinition {
  readonly id: number;
  readonly fields: Partial<Omit<DefinitionFields, 'suspended'>> &
    Pick<DefinitionFields, 'name' | 'script'>;
  /** Null: not told. */
  readonly suspended: boolean | null;
  readonly crons: readonly string[] | null;
  /** Those of its admins who are known here, by e-mail address or Slack user id. */
  readonly admins: readonly string[];
  /** Numbers there of those who are not. */
  readonly strangers: readonly number[];
}

export interface ImportWish {
  /** Address of the Kuroko2 that they are of. */
  readonly origin: string;
  readonly definitions: readonly MovedDefinition[];
  /** Ids there that are left out. */
  readonly skipped: readonly number[];
  /** Admins of a new one of whose own nobody is known. */
  readonly admins: readonly string[];
  /** New ones come suspended, and the others stay as they are. Otherwise each is suspended if it is there. */
  readonly asleep: boolean;
}

export interface ImportPlan {
  readonly plan: readonly PlannedDefinition[];
  /** For each of the plan that changes: what is worth knowing of it, its script above all, as sentences. */
  readonly notes: readonly (readonly string[])[];
  /** Numbers there of the admins of new ones that have nobody else: nothing is imported before it is said who is. Null: all have somebody. */
  readonly strangers: readonly number[] | null;
  /** Names of those with schedules that are to be awake here as they are there. */
  readonly awake: readonly string[];
  /** Imported before, and not there any more. They stay. */
  readonly gone: readonly { readonly id: number; readonly name: string }[];
}

/** Throws Invalid with everything that stands in the way. */
export async function planImport(
  on: Connection,
  wish: ImportWish,
  facts: EngineFacts,
): Promise<ImportPlan> {
  const ids = wish.definitions.map(({ id }) => id);
  const rows = await originsOf(on, [...ids, ...wish.skipped]);
  const ours = new Set(rows.filter(({ origin }) => origin === wish.origin).map(idOf));
  const sample = await samplesAmong(on, ids);
  const replaced = new Map<number, string>();
  const problems: string[] = [];
  const documents: DefinitionDocument[] = [];
  for (const moved of wish.definitions) {
    const found = await findDefinition(on, moved.id);
    if (found !== null && sample(found)) replaced.set(found.id, found.name);
    const current = replaced.has(moved.id) ? null : found;
    const place = placeOf(wish, moved);
    const wrong = [
      ...conflicts(moved, current, ours),
      ...(await strayReferences(on, moved, wish, ours)),
    ];
    problems.push(...wrong.map((text) => `${place} ${text}`));
    const document = await documentOf(on, wish, moved, current);
    // Of a sample nothing is left in what takes its place.
    const fields = current === null ? { ...newDefinition, ...document.fields } : document.fields;
    documents.push({ ...document, fields });
  }
  const plan = await planDefinitions(on, documents, facts).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    problems.push(...error.details);
    return [];
  });
  if (problems.length > 0) {
    throw invalid(
      'Nothing was imported. Correct these in Kuroko2, or leave them out with --skip ID:',
      problems,
    );
  }
  const notes: string[][] = [];
  for (const one of plan) notes.push(await notesOf(on, one, replaced));
  return {
    plan,
    notes,
    strangers: strangersOf(wish, documents),
    awake: wish.definitions.flatMap((moved, index) => awakeNames(moved, plan[index])),
    gone: await othersFrom(on, wish.origin, [...ids, ...wish.skipped]),
  };
}

/** Throws Conflict, and so imports nothing, when one was changed since it was planned. */
export async function importDefinitions(
  tx: Tx,
  { origin }: Pick<ImportWish, 'origin'>,
  { plan, strangers }: ImportPlan,
  actor: Actor,
  facts: EngineFacts,
): Promise<AppliedDefinition[]> {
  if (strangers !== null) throw invalid(strangersProblem(strangers));
  const applied = await applyDefinitions(tx, plan, actor, facts);
  await setOrigin(
    tx,
    applied.map(({ id }) => id),
    origin,
  );
  return applied;
}

export function strangersProblem(strangers: readonly number[]): string {
  const instead = 'say who is admin in their place with --admin alice@example.com.';
  if (strangers.length === 0) return `This Kuroko2 does not tell admins: ${instead}`;
  const users = strangers.map((one) => `--user ${one}=alice@example.com`).join(' ');
  return `Kuroko2 tells admins by number only: say who they are with ${users}, or ${instead}`;
}

const idOf = ({ definitionId }: { readonly definitionId: number }): number => definitionId;

const placeOf = ({ origin }: ImportWish, { id }: MovedDefinition): string =>
  `${origin}/definitions/${id}`;

/** Its id must lead to it: scripts, clients of the API and links name it by that. */
function conflicts(
  { id, fields }: MovedDefinition,
  current: Definition | null,
  ours: ReadonlySet<number>,
): string[] {
  if (current === null || ours.has(id) || current.name === fields.name) return [];
  return [
    `id: ${id} is "${current.name}" here, another job than "${fields.name}". Import into a database without it.`,
  ];
}

/** A script that names one that is left out must not find another job under its number. */
async function strayReferences(
  on: Connection,
  { fields }: MovedDefinition,
  { skipped }: ImportWish,
  ours: ReadonlySet<number>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { node, to } of referencesOf(readableTreeOf(fields.script))) {
    if (to.type !== 'id' || !skipped.includes(to.id) || ours.has(to.id)) continue;
    const other = await findDefinition(on, to.id);
    if (other === null) continue;
    problems.push(
      `script: (line ${node.line}) names ${to.id}, which is left out, and "${other.name}" here.`,
    );
  }
  return problems;
}

async function documentOf(
  on: Connection,
  wish: ImportWish,
  moved: MovedDefinition,
  current: Definition | null,
): Promise<DefinitionDocument> {
  // Where that is not told, or not wanted, nothing is launched that nobody has woken.
  const here = current?.suspended ?? true;
  const suspended = wish.asleep ? here : (moved.suspended ?? here);
  const admins = moved.admins.length > 0 ? moved.admins : wish.admins;
  return {
    place: placeOf(wish, moved),
    id: moved.id,
    fields: { ...moved.fields, suspended },
    // Of one that is here already nobody is replaced by somebody who only stands in.
    admins:
      current !== null && moved.admins.length === 0 ? null : admins.length > 0 ? admins : [nobody],
    schedules: moved.crons === null ? null : await schedulesFor(on, moved.id, moved.crons),
    // Without a schedule there is nothing that they could suspend.
    suspendSchedules: moved.crons?.length === 0 ? [] : null,
  };
}

/** Stands in a plan for admins who are not known. */
const nobody = 'nobody@kuroko2.invalid';

function strangersOf(
  { definitions }: ImportWish,
  documents: readonly DefinitionDocument[],
): number[] | null {
  const without = definitions.filter((_, index) => documents[index]?.admins?.includes(nobody));
  if (without.length === 0) return null;
  const numbers = new Set(without.flatMap(({ strangers }) => strangers));
  return [...numbers].toSorted((one, other) => one - other);
}

function awakeNames({ suspended, crons }: MovedDefinition, planned?: PlannedDefinition): string[] {
  const isAwake = planned?.fields.suspended === false && suspended === false;
  return isAwake && crons !== null && crons.length > 0 ? [planned.fields.name] : [];
}

/** Samples that nobody has changed: they give way to whatever has their number. */
async function samplesAmong(
  on: Connection,
  ids: readonly number[],
): Promise<(definition: Definition) => boolean> {
  const made = await madeBy(on, { actorKind: sampler.kind, actorId: sampler.id }, ids);
  return ({ id, version }) => version === 1 && made.includes(id);
}

/** Zone and policy of a cron that is here already are ours. */
async function schedulesFor(
  on: Connection,
  id: number,
  crons: readonly string[],
): Promise<ScheduleFields[]> {
  const { schedules } = await scheduleSetOf(on, id);
  return [...new Set(crons.map(storedCron))].flatMap((cron) => {
    const kept = schedules.filter((schedule) => schedule.cron === cron);
    return kept.length > 0 ? kept : [{ cron, ...asConfigured }];
  });
}

const asConfigured = { timeZone: null, catchUp: null, catchUpWindow: null, catchUpCap: null };

/** What its script means differently here, and which others have its name. */
async function notesOf(
  on: Connection,
  { id, action, fields }: PlannedDefinition,
  replaced: ReadonlyMap<number, string>,
): Promise<string[]> {
  if (action === 'unchanged') return [];
  const sample = replaced.get(id ?? 0);
  const tree = readableTreeOf(fields.script);
  const waits = referencesOf(tree).some(({ node }) => node.type === 'wait');
  const prevents = ['working', 'working_or_error'].includes(fields.preventMulti);
  const namesakes = (await definitionsNamed(on, fields.name)).filter((other) => other.id !== id);
  return [
    ...movingNotes(tree).map(describeScriptError),
    ...(waits && prevents ? [waitsNote] : []),
    ...(sample === undefined ? [] : [`It takes the place of the sample "${sample}".`]),
    ...(namesakes.length > 0
      ? [`Others here have its name: ${namesakes.map((other) => other.id).join(', ')}.`]
      : []),
  ];
}

const waitsNote = 'A launch while this one waits is prevented; Kuroko2 overlooked runs that wait.';
