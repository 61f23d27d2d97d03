/** Definitions: what a job is. A deleted one stays for the sake of its instances. */
import type { InstanceStatus } from './instances.ts';
import type { Connection, Tx } from './database.ts';

export type PreventMulti = 'none' | 'working_or_error' | 'working' | 'error';

export interface DefinitionFields {
  readonly name: string;
  readonly description: string;
  readonly script: string;
  readonly tags: readonly string[];
  readonly suspended: boolean;
  readonly preventMulti: PreventMulti;
  readonly notifyAllEvents: boolean;
  readonly notifyCancellation: boolean;
  readonly slackChannel: string | null;
  readonly webhookUrl: string | null;
  readonly hipchatRoom: string | null;
  readonly failureText: string | null;
  readonly apiAllowed: boolean;
  /** A lost command is tried again by itself once nothing of it can run any more. */
  readonly retryLost: boolean;
  /** Seconds between TERM and KILL, 0 to 3600; null: as configured. */
  readonly killGrace: number | null;
}

export interface Definition extends DefinitionFields {
  readonly id: number;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
}

const columns = `id, version, name, description, script, tags, suspended, prevent_multi,
  notify_all_events, notify_cancellation, slack_channel, webhook_url, hipchat_room, failure_text,
  api_allowed, retry_lost, kill_grace, created_at, updated_at, deleted_at`;

/** A definition that exists; with `deleted`, also one that was deleted. */
export async function findDefinition(
  on: Connection,
  id: number,
  { deleted = false }: { deleted?: boolean } = {},
): Promise<Definition | null> {
  const [row] = await on.query<Definition>(
    `select ${columns} from definitions where id = $1 and ($2 or deleted_at is null)`,
    [id, deleted],
  );
  return row ?? null;
}

/** Also those that were deleted. */
export function findDefinitions(on: Connection, ids: readonly number[]): Promise<Definition[]> {
  return on.query<Definition>(
    { name: 'find-definitions', text: `select ${columns} from definitions where id = any($1)` },
    [ids],
  );
}

/** Names need not be unique. Without one that is written just so, upper and lower case are one. */
export function definitionsNamed(on: Connection, name: string): Promise<Definition[]> {
  return on.query<Definition>(
    `select ${columns} from definitions d
     where deleted_at is null and lower(name) = lower($1) and (name = $1 or not exists (
       select from definitions x where x.name = $1 and x.deleted_at is null))
     order by id`,
    [name],
  );
}

/** Those with one of these ids, or one of these names, upper and lower case being one. */
export function relatedDefinitions(
  on: Connection,
  ids: readonly number[],
  names: readonly string[],
): Promise<Pick<Definition, 'id' | 'name' | 'script'>[]> {
  if (ids.length + names.length === 0) return Promise.resolve([]);
  return on.query(
    `select id, name, script from definitions
     where deleted_at is null and (id = any($1::bigint[])
       or lower(name) in (select lower(given) from unnest($2::text[]) given))
     order by id`,
    [ids, names],
  );
}

/** By id. */
export function definitionsTagged(
  on: Connection,
  {
    all,
    any,
  }: {
    /** They have each of these. */
    readonly all: readonly string[];
    /** They have one of these; null: whatever they have. */
    readonly any: readonly string[] | null;
  },
): Promise<Definition[]> {
  return on.query<Definition>(
    `select ${columns} from definitions
     where deleted_at is null and tags @> $1::text[] and ($2::text[] is null or tags && $2::text[])
     order by id`,
    [all, any],
  );
}

export interface LockedDefinition extends Definition {
  /** It has failed, and not succeeded since. */
  readonly failing: boolean;
}

/** Locks definitions, in the order of their ids, for the next-execution rule or a change. */
export function lockDefinitions(tx: Tx, ids: readonly number[]): Promise<LockedDefinition[]> {
  return tx.query<LockedDefinition>(
    {
      name: 'lock-definitions',
      // One after the other, each by its key, however few there were when this was planned: together, or where
      // it is asked within for those that are not deleted, all of them are read along an index of those.
      text: `select d.* from unnest($1::bigint[]) as wanted, lateral (
               select ${columns},
                 exists (select from failing_definitions where definition_id = id) as failing
               from definitions where id = wanted offset 0 for no key update
             ) d where d.deleted_at is null`,
    },
    [ids.toSorted((one, other) => one - other)],
  );
}

export async function insertDefinition(
  tx: Tx,
  fields: DefinitionFields,
  id: number | null,
): Promise<Definition> {
  const [row] = await tx.query<Definition>(
    `insert into definitions (id, name, description, script, tags, suspended, prevent_multi,
       notify_all_events, notify_cancellation, slack_channel, webhook_url, hipchat_room,
       failure_text, api_allowed, retry_lost, kill_grace)
     values (coalesce($16, nextval(pg_get_serial_sequence('definitions', 'id'))), $1, $2, $3, $4,
       $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     returning ${columns}`,
    [...values(fields), id],
  );
  if (row === undefined) throw new Error('a definition could not be inserted');
  if (id !== null) {
    // An id that came with the definition must not be handed out again.
    await tx.query(
      `select setval(pg_get_serial_sequence('definitions', 'id'), greatest($1,
         (select last_value from definitions_id_seq)))`,
      [id],
    );
  }
  return row;
}

/** Null when somebody else has changed it since `version` was read. */
export async function updateDefinition(
  tx: Tx,
  id: number,
  version: number,
  fields: DefinitionFields,
): Promise<Definition | null> {
  const [row] = await tx.query<Definition>(
    `update definitions set name = $1, description = $2, script = $3, tags = $4, suspended = $5,
       prevent_multi = $6, notify_all_events = $7, notify_cancellation = $8, slack_channel = $9,
       webhook_url = $10, hipchat_room = $11, failure_text = $12, api_allowed = $13,
       retry_lost = $14, kill_grace = $15, version = version + 1, updated_at = now()
     where id = $16 and version = $17 and deleted_at is null returning ${columns}`,
    [...values(fields), id, version],
  );
  return row ?? null;
}

/** It stays for the sake of its instances. */
export async function markDefinitionDeleted(tx: Tx, id: number): Promise<void> {
  await tx.query(
    'update definitions set deleted_at = now(), version = version + 1, updated_at = now() where id = $1',
    [id],
  );
}

function values(fields: DefinitionFields): unknown[] {
  return [
    fields.name,
    fields.description,
    fields.script,
    fields.tags,
    fields.suspended,
    fields.preventMulti,
    fields.notifyAllEvents,
    fields.notifyCancellation,
    fields.slackChannel,
    fields.webhookUrl,
    fields.hipchatRoom,
    fields.failureText,
    fields.apiAllowed,
    fields.retryLost,
    fields.killGrace,
  ];
}

export interface DefinitionSummary {
  readonly id: number;
  readonly name: string;
  readonly tags: readonly string[];
  readonly suspended: boolean;
  readonly lastInstanceId: number | null;
  readonly lastStatus: InstanceStatus | null;
  readonly lastCreatedAt: Date | null;
}

export interface DefinitionFilter {
  /** Every word must occur in name or a tag, or be one of `inScripts`. */
  readonly words?: readonly string[];
  /** Words that are in the script of a definition, as it may be shown. */
  readonly inScripts?: readonly { readonly word: string; readonly id: number }[];
  /** All of them. */
  readonly tags?: readonly string[];
  /** One of them; null or left out: whatever it has. */
  readonly anyTag?: readonly string[] | null;
  readonly adminSlackUser?: string;
  /** The newest instance is in this status. */
  readonly lastStatus?: InstanceStatus;
  readonly offset?: number;
  readonly limit: number;
}

/** Definitions by id with their newest instance, and how many there are in all. */
export async function listDefinitions(
  on: Connection,
  filter: DefinitionFilter,
): Promise<{ total: number; definitions: DefinitionSummary[] }> {
  const rows = await on.query<DefinitionSummary & { total: number }>(
    `select d.id, d.name, d.tags, d.suspended, i.id as last_instance_id, i.status as last_status,
       i.created_at as last_created_at, count(*) over () as total
     from definitions d left join lateral (
       -- What waits for somebody is not hidden by a later launch that it prevented. Three looks into
       -- an index: sorting all instances by that took 700 times as long.
       select id, status, created_at from (
         (select id, status, created_at, 0 as rank from instances
          where definition_id = d.id and status in ('working', 'error') order by id desc limit 1)
         union all
         (select id, status, created_at, 1 from instances
          where definition_id = d.id and prevented_by is null order by id desc limit 1)
         union all
         (select id, status, created_at, 2 from instances
          where definition_id = d.id order by id desc limit 1)) candidates
       order by rank limit 1) i on true
     where d.deleted_at is null
       and (select coalesce(bool_and(
              position(lower(w.word) in lower(d.name || ' ' || array_to_string(d.tags, ' '))) > 0
              or exists (select from unnest($7::text[], $8::bigint[]) as s (word, id)
                         where s.word = w.word and s.id = d.id)
            ), true) from unnest($1::text[]) as w (word))
       and d.tags @> $2::text[]
       and ($3::text is null or exists (select from definition_admins a join users u on u.id = a.user_id
            where a.definition_id = d.id and u.slack_user_id = $3))
       and ($4::instance_status is null or i.status = $4)
       and ($9::text[] is null or d.tags && $9::text[])
     order by d.id offset $5 limit $6`,
    [
      filter.words ?? [],
      filter.tags ?? [],
      filter.adminSlackUser ?? null,
      filter.lastStatus ?? null,
      filter.offset ?? 0,
      filter.limit,
      (filter.inScripts ?? []).map(({ word }) => word),
      (filter.inScripts ?? []).map(({ id }) => id),
      filter.anyTag ?? null,
    ],
  );
  return { total: rows[0]?.total ?? 0, definitions: rows };
}

/** Scripts that contain any of the words, secrets included: what may be told of that is the caller's to see to. */
export function definitionsMentioning(
  on: Connection,
  words: readonly string[],
): Promise<Pick<Definition, 'id' | 'script'>[]> {
  return on.query(
    `select id, script from definitions where deleted_at is null and exists (
       select from unnest($1::text[]) as w (word) where position(lower(w.word) in lower(script)) > 0)`,
    [words],
  );
}

/** The scripts of all definitions, by id. */
export function definitionScripts(
  on: Connection,
): Promise<Pick<Definition, 'id' | 'name' | 'script'>[]> {
  return on.query('select id, name, script from definitions where deleted_at is null order by id');
}

/** How many definitions name a place to be told things at, by target. */
export async function definitionsToldBy(
  on: Connection,
): Promise<{ readonly webhook: number; readonly hipchat: number }> {
  const [row] = await on.query<{ webhook: number; hipchat: number }>(
    `select count(webhook_url) as webhook, count(hipchat_room) as hipchat
     from definitions where deleted_at is null`,
  );
  return row ?? { webhook: 0, hipchat: 0 };
}
