/** Creates a definition, or changes one that nobody else has changed meanwhile. */
import { conflict, invalid, notFound } from '../errors.ts';
import { shownUrl } from '../config/shown-url.ts';
import { insertAudit } from '../store/audit.ts';
import {
  insertDefinition,
  lockDefinitions,
  updateDefinition,
  type Definition,
  type DefinitionFields,
} from '../store/definitions.ts';
import { findOrCreateUser, replaceAdmins } from '../store/users.ts';
import { scheduleNow, schedulesOf } from '../store/schedules.ts';
import { isAdminRef } from './admin-ref.ts';
import { auditActor, type Actor } from './actor.ts';
import { databaseClock, type Clock } from './clock.ts';
import { writeSchedules } from './edit-schedules.ts';
import { referenceProblems } from './reference-problems.ts';
import { showDefinition } from './show.ts';
import { splitTags } from './split-tags.ts';
import { definitionProblems } from './definition-problems.ts';
import { replan, settleSchedules } from './settle-schedules.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { ScheduleSet } from './schedule-problems.ts';
import type { Shown } from '../store/shown.ts';
import type { Tx } from '../store/database.ts';

/** An e-mail address or a Slack user id; somebody seen for the first time is created. */
export type AdminRef = string;

export interface SaveWish {
  /** Null creates one. An id that does not exist yet is given to the new definition. */
  readonly id: number | null;
  /** The version that was edited; null for a new one, or to change whatever is there. */
  readonly version: number | null;
  readonly fields: DefinitionFields;
  readonly admins: readonly AdminRef[];
  /** What it launches by itself; left out: as it is. */
  readonly schedules?: ScheduleSet;
  readonly actor: Actor;
}

export interface Saved {
  readonly definition: Definition;
  readonly created: boolean;
}

/** Throws Invalid with every problem in its details, Conflict when somebody else was faster. */
export async function saveDefinition(
  tx: Tx,
  wish: SaveWish,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<Saved> {
  const saved = await writeDefinition(tx, wish, facts, clock);
  // It may name itself, and so it is looked at once it is there.
  const problems = await referenceProblems(tx, wish.fields.script);
  if (problems.length > 0) {
    throw invalid(
      'The definition cannot be saved.',
      problems.map((problem) => `script: ${problem}`),
    );
  }
  return saved;
}

/** The same for several that may name one another: whoever writes them looks at that in the end. */
export async function writeDefinition(
  tx: Tx,
  given: SaveWish,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<Saved> {
  const wish = { ...given, fields: { ...given.fields, tags: splitTags(given.fields.tags) } };
  const admins = wish.admins.map((ref) => ref.trim()).filter((ref) => ref !== '');
  const problems = [
    ...definitionProblems(wish.fields, admins, facts),
    ...admins
      .filter((ref) => !isAdminRef(ref))
      .map((ref) => `admins: "${ref}" is neither an e-mail address nor a Slack user id.`),
  ];
  if (problems.length > 0) throw invalid('The definition cannot be saved.', problems);
  const [current] = wish.id === null ? [] : await lockDefinitions(tx, [wish.id]);
  const definition =
    current === undefined ? await create(tx, wish) : await change(tx, wish, current, facts, clock);
  const users: number[] = [];
  for (const ref of admins) {
    const user = await findOrCreateUser(
      tx,
      ref.includes('@') ? { email: ref } : { slackUserId: ref },
    );
    users.push(user.id);
  }
  await replaceAdmins(tx, definition.id, users);
  await insertAudit(tx, {
    ...auditActor(wish.actor),
    action: current === undefined ? 'create' : 'edit',
    outcome: 'done',
    definitionId: definition.id,
    ...(current === undefined ? {} : { before: shownFields(showDefinition(current, facts)) }),
    after: shownFields(showDefinition(definition, facts)),
  });
  if (wish.schedules !== undefined) {
    await writeSchedules(tx, definition, wish.schedules, wish.actor, facts, clock);
  }
  return { definition, created: current === undefined };
}

async function create(tx: Tx, { id, version, fields }: SaveWish): Promise<Definition> {
  if (version !== null) throw notFound(`There is no job ${id}.`);
  return insertDefinition(tx, fields, id);
}

async function change(
  tx: Tx,
  { version, fields }: SaveWish,
  current: Definition,
  facts: EngineFacts,
  clock: Clock,
): Promise<Definition> {
  const schedules = await schedulesOf(tx, [current.id]);
  const aside = schedules.some(({ setAsideAt }) => setAsideAt !== null);
  // What was set aside may be mended now, and what is suspended is so from now on.
  const replanned = schedules.length > 0 && (aside || current.suspended !== fields.suspended);
  if (replanned) await settleSchedules(tx, current.id, await scheduleNow(tx, clock()), facts);
  const saved =
    version === null || version === current.version
      ? await updateDefinition(tx, current.id, current.version, fields)
      : null;
  if (saved === null) {
    throw conflict(
      `"${current.name}" was changed by somebody else meanwhile. Look at it again first.`,
    );
  }
  if (replanned) await replan(tx, current.id, facts);
  return saved;
}

/** As revisions tell of them to everybody who may read. */
function shownFields({
  id: _id,
  createdAt: _created,
  updatedAt: _updated,
  deletedAt: _deleted,
  webhookUrl,
  ...fields
}: Shown<Definition>) {
  return { ...fields, webhookUrl: webhookUrl === null ? null : shownUrl(webhookUrl) };
}
