/** Instances: one run of a definition, with a copy of the script it runs. */
import { insertEnds } from './events.ts';
import { rowSets } from './row-sets.ts';
import type { NoticePayload, NoticeEvent } from './outbox.ts';
import type { Connection, Tx } from './database.ts';
import type { NextExecution } from './commit-step.ts';
import type { LogLevel } from '../workflow/effect.ts';
import type { Masked } from '../workflow/mask.ts';
import type { Token } from '../workflow/token.ts';

export type InstanceStatus = 'working' | 'error' | 'success' | 'canceled';

export interface Instance {
  readonly id: number;
  readonly definitionId: number;
  readonly definitionName: string;
  readonly definitionVersion: number;
  readonly script: string;
  /** It is another than the definition had: for this run only. */
  readonly scriptChanged: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly status: InstanceStatus;
  readonly launchedBy: string;
  readonly launchedFrom: LaunchSource;
  readonly launchedBySlackUser: string | null;
  readonly launchChannel: string | null;
  /** Of the definition as it was at the launch, like the script. */
  readonly retryLost: boolean;
  readonly killGrace: number | null;
  readonly preventedBy: number | null;
  /** The step that launched it, at one of its attempts; null: nobody's sub process. */
  readonly parentTokenId: number | null;
  readonly parentAttempt: number | null;
  /** How many have launched one another before it. */
  readonly depth: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  readonly canceledAt: Date | null;
  readonly errorAt: Date | null;
  /**
   * It, or its definition before it, has failed; of one that has succeeded: it was the first of its
   * definition since.
   */
  readonly afterFailure: boolean;
}

export type LaunchSource = 'slack' | 'api' | 'cli' | 'schedule' | 'sub_process' | 'hook';

const columns = `id, definition_id, definition_name, definition_version, script, script_changed, env,
  status, launched_by, launched_from, launched_by_slack_user, launch_channel, retry_lost, kill_grace,
  prevented_by, parent_token_id, parent_attempt, depth, created_at, finished_at, canceled_at,
  error_at, after_failure`;

export async function findInstance(on: Connection, id: number): Promise<Instance | null> {
  const [row] = await on.query<Instance>(`select ${columns} from instances where id = $1`, [id]);
  return row ?? null;
}

export function findInstances(on: Connection, ids: readonly number[]): Promise<Instance[]> {
  return on.query<Instance>(
    { name: 'find-instances', text: `select ${columns} from instances where id = any($1)` },
    [ids],
  );
}

/**
 * Locks an instance against every other change of its state; null when there is none.
 * FOR NO KEY UPDATE: FOR UPDATE deadlocked one in four against foreign keys' own locks.
 */
export async function lockInstance(tx: Tx, id: number): Promise<Instance | null> {
  const [row] = await tx.query<Instance>(
    `select ${columns} from instances where id = $1 for no key update`,
    [id],
  );
  return row ?? null;
}

/** Non-final instances of those of some definitions that have a next-execution rule, as it sees them. */
export function openInstances(
  tx: Tx,
  definitionIds: readonly number[],
): Promise<{ id: number; definitionId: number; working: boolean; failed: boolean }[]> {
  return tx.query(
    {
      name: 'open-instances',
      text: `
select i.*
from definitions d, lateral (
  select id, definition_id, active_tokens > failed_tokens as working, failed_tokens > 0 as failed
  from instances
  where definition_id = d.id and status in ('working', 'error')
  -- Of each by itself: joined, those of all definitions were read once they had become many.
  offset 0
) i
where d.id = any($1) and d.prevent_multi <> 'none'
order by i.id`,
    },
    [definitionIds],
  );
}

/** What is known under a launch key: the instance that was launched before, or ids for a new one. */
export type UnderKey =
  | {
      readonly status: 'launched';
      readonly instanceId: number;
      readonly instanceStatus: InstanceStatus;
      readonly preventedBy: number | null;
    }
  | { readonly status: 'new'; readonly instanceId: number; readonly tokenId: number };

/** One for each launch key, in their order. */
export function underKeys(tx: Tx, launchKeys: readonly string[]): Promise<UnderKey[]> {
  return tx.query<UnderKey>(
    {
      name: 'under-keys',
      text: `
select case when i.id is null then 'new' else 'launched' end as status,
  coalesce(i.id, nextval('instances_id_seq')) as instance_id,
  case when i.id is null then nextval('tokens_id_seq') end as token_id,
  i.status as instance_status, i.prevented_by
from unnest($1::text[]) with ordinality as wish (key, position)
  left join lateral (
    select id, status, prevented_by from instances where launch_key = wish.key offset 0
  ) i on true
order by wish.position`,
    },
    [launchKeys],
  );
}

/** The first token, which the rest of the instance stems from. */
export interface RootToken extends Token {
  readonly id: number;
  readonly openBranches: number;
  readonly wakeSeconds: number | null;
  /** Minutes of age at which to warn of it; null never. */
  readonly expectedMinutes: number | null;
}

export interface NewInstance {
  readonly id: number;
  readonly launchKey: string | null;
  readonly definitionId: number;
  readonly definitionName: string;
  readonly definitionVersion: number;
  readonly script: string;
  readonly scriptChanged: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly status: InstanceStatus;
  readonly activeTokens: number;
  readonly launchedBy: string;
  readonly launchedFrom: LaunchSource;
  readonly launchedBySlackUser: string | null;
  readonly launchChannel: string | null;
  readonly retryLost: boolean;
  readonly killGrace: number | null;
  readonly preventedBy: number | null;
  readonly parentTokenId: number | null;
  readonly parentAttempt: number | null;
  readonly depth: number;
  readonly afterFailure: boolean;
  /** Null for a launch that was prevented: nothing of it ever runs. */
  readonly token: RootToken | null;
  readonly execution: NextExecution | null;
  readonly logs: readonly { readonly level: LogLevel; readonly message: Masked }[];
  readonly notices: readonly { readonly event: NoticeEvent; readonly payload: NoticePayload }[];
}

/**
 * Writes launched instances with their root tokens, first executions, log and notices in one
 * statement, and wakes executors and notifier once. Those launched first come first.
 */
export async function insertInstances(tx: Tx, instances: readonly NewInstance[]): Promise<void> {
  const tokens = instances.flatMap(({ id, token, execution }) =>
    token === null ? [] : [{ instanceId: id, token, execution }],
  );
  const executions = tokens.flatMap(({ execution, ...of }) =>
    execution === null ? [] : [{ ...of, execution }],
  );
  const logs = instances.flatMap(({ id, token, logs: lines }) =>
    lines.map((line) => ({ instanceId: id, token, line })),
  );
  const notices = instances.flatMap(({ id, token, notices: all }) =>
    all.map((notice) => ({ instanceId: id, token, notice })),
  );
  await tx.query(
    { name: 'insert-instances', text: insertText },
    written.values({ instances, tokens, executions, logs, notices }),
  );
}

interface Written {
  readonly instances: NewInstance;
  readonly tokens: Begun;
  readonly executions: Begun & { readonly execution: NextExecution };
  readonly logs: OfInstance & { readonly line: NewInstance['logs'][number] };
  readonly notices: OfInstance & { readonly notice: NewInstance['notices'][number] };
}

interface OfInstance {
  readonly instanceId: number;
  readonly token: RootToken | null;
}

interface Begun extends OfInstance {
  readonly token: RootToken;
}

const written = rowSets<Written>({
  instances: {
    id: ['bigint', ({ id }) => id],
    launch_key: ['text', ({ launchKey }) => launchKey],
    definition_id: ['bigint', ({ definitionId }) => definitionId],
    definition_name: ['text', ({ definitionName }) => definitionName],
    definition_version: ['int', ({ definitionVersion }) => definitionVersion],
    script: ['text', ({ script }) => script],
    script_changed: ['boolean', ({ scriptChanged }) => scriptChanged],
    env: ['jsonb', ({ env }) => env],
    status: ['text', ({ status }) => status],
    active_tokens: ['int', ({ activeTokens }) => activeTokens],
    launched_by: ['text', ({ launchedBy }) => launchedBy],
    launched_from: ['text', ({ launchedFrom }) => launchedFrom],
    launched_by_slack_user: ['text', ({ launchedBySlackUser }) => launchedBySlackUser],
    launch_channel: ['text', ({ launchChannel }) => launchChannel],
    retry_lost: ['boolean', ({ retryLost }) => retryLost],
    kill_grace: ['int', ({ killGrace }) => killGrace],
    prevented_by: ['bigint', ({ preventedBy }) => preventedBy],
    parent_token_id: ['bigint', ({ parentTokenId }) => parentTokenId],
    parent_attempt: ['int', ({ parentAttempt }) => parentAttempt],
    depth: ['int', ({ depth }) => depth],
    after_failure: ['boolean', ({ afterFailure }) => afterFailure],
  },
  tokens: {
    id: ['bigint', ({ token }) => token.id],
    instance_id: ['bigint', ({ instanceId }) => instanceId],
    path: ['text', ({ token }) => token.path],
    status: ['text', ({ token }) => token.status],
    attempt: ['int', ({ token }) => token.attempt],
    context: ['jsonb', ({ token }) => token.context],
    open_children: ['int', ({ token }) => token.openBranches],
    wake_seconds: ['float8', ({ token }) => token.wakeSeconds],
    expected_minutes: ['int', ({ token }) => token.expectedMinutes],
  },
  executions: {
    instance_id: ['bigint', ({ instanceId }) => instanceId],
    token_id: ['bigint', ({ token }) => token.id],
    path: ['text', ({ token }) => token.path],
    attempt: ['int', ({ token }) => token.attempt],
    shell: ['text', ({ execution }) => execution.shell],
    chdir: ['text', ({ execution }) => execution.chdir],
    env: ['jsonb', ({ execution }) => execution.env],
    queue: ['text', ({ execution }) => execution.queue],
    timeout_seconds: ['int', ({ execution }) => execution.timeoutSeconds],
  },
  logs: {
    instance_id: ['bigint', ({ instanceId }) => instanceId],
    token_id: ['bigint', ({ token }) => token?.id],
    level: ['text', ({ line }) => line.level],
    message: ['text', ({ line }) => line.message],
  },
  notices: {
    event: ['text', ({ notice }) => notice.event],
    instance_id: ['bigint', ({ instanceId }) => instanceId],
    token_id: ['bigint', ({ token }) => token?.id],
    attempt: ['int', ({ token }) => token?.attempt],
    payload: ['jsonb', ({ notice }) => notice.payload],
  },
});

const insertText = `
with written as (
  insert into instances (${written.of.instances.names}, awaited, finished_at, canceled_at)
  select r.*,
    -- Its definition is locked: nobody begins to wait for it unseen.
    (select awaited from definitions d where d.id = definition_id),
    case when status = 'success' then now() end, case when status = 'canceled' then now() end
  from ${written.of.instances.from}
  returning id, status, awaited, parent_token_id, parent_attempt
), ended as (${insertEnds('written')}
), rooted as (
  insert into tokens (id, instance_id, path, status, attempt, context, open_children, wake_at,
    expected_at)
  select id, instance_id, path, status, attempt, context, open_children,
    clock_timestamp() + make_interval(secs => wake_seconds),
    now() + make_interval(mins => expected_minutes)
  from ${written.of.tokens.from}
), ready as (
  insert into executions (${written.of.executions.names}) select r.* from ${written.of.executions.from}
  returning queue
), logged as (
  insert into logs (${written.of.logs.names}) select r.* from ${written.of.logs.from}
), noticed as (
  insert into outbox (target, ${written.of.notices.names}) select 'slack', r.* from ${written.of.notices.from}
  returning 1
)
select
  (select count(pg_notify('kuroko_work', queue)::text) from (select distinct queue from ready) q),
  (select pg_notify('kuroko_outbox', '')::text where exists (select from noticed)),
  (select pg_notify('kuroko_wake', '')::text where exists (select from ended))`;

export interface InstanceSummary {
  readonly id: number;
  readonly definitionId: number;
  readonly definitionName: string;
  readonly status: InstanceStatus;
  readonly launchedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  readonly canceledAt: Date | null;
  readonly errorAt: Date | null;
  /** The instance that was in the way of the launch: nothing of this one has run. */
  readonly preventedBy: number | null;
}

/** Newest first: all, of one definition, or of some statuses; `before` is the id to go on from. */
export function listInstances(
  on: Connection,
  filter: {
    readonly definitionId?: number;
    readonly statuses?: readonly InstanceStatus[];
    /** Created then or later. */
    readonly from?: Date;
    readonly before?: number;
    readonly limit: number;
  },
): Promise<InstanceSummary[]> {
  return on.query<InstanceSummary>(
    `select id, definition_id, definition_name, status, launched_by, created_at, finished_at,
       canceled_at, error_at, prevented_by
     from instances
     where ($1::bigint is null or definition_id = $1)
       and ($2::instance_status[] is null or status = any($2)) and ($3::bigint is null or id < $3)
       and ($5::timestamptz is null or created_at >= $5)
     order by id desc limit $4`,
    [
      filter.definitionId ?? null,
      filter.statuses ?? null,
      filter.before ?? null,
      filter.limit,
      filter.from ?? null,
    ],
  );
}

/** For each of some instances a text that is another one once something of it has changed. */
export function stampsOf(
  on: Connection,
  ids: readonly number[],
): Promise<{ id: number; stamp: string }[]> {
  return on.query(
    `select i.id, concat_ws(' ', i.status, max(e.id), sum(e.output_size),
       count(*) filter (where e.status in ('pending', 'claimed'))) as stamp
     from instances i left join executions e on e.instance_id = i.id
     where i.id = any($1) group by i.id`,
    [ids],
  );
}

/** By id of those of some instances that were prevented: the how manieth it was that the same one prevented. */
export async function preventedUpTo(
  on: Connection,
  ids: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  if (ids.length === 0) return new Map();
  const rows = await on.query<{ id: number; count: number }>(
    `select i.id, count(*) from instances i
       join instances p on p.definition_id = i.definition_id and p.id > i.prevented_by and p.id <= i.id
         and p.prevented_by = i.prevented_by
     where i.id = any($1) group by i.id`,
    [ids],
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

/** How many instances of a definition in a row, this one last, entered ERROR or were cancelled in it. */
export async function failuresInARow(on: Connection, instanceId: number): Promise<number> {
  const [row] = await on.query<{ count: number }>(
    `select count(*) from instances i, (select definition_id from instances where id = $1) d
     where i.definition_id = d.definition_id and i.id <= $1 and i.error_at is not null
       and i.id > coalesce((select max(s.id) from instances s
         where s.definition_id = d.definition_id and s.id < $1 and s.status = 'success'), 0)`,
    [instanceId],
  );
  return row?.count ?? 0;
}

/** Launches after one that was prevented, that the same instance was in the way of. */
export async function preventedAfter(
  on: Connection,
  { id, definitionId, preventedBy }: Pick<Instance, 'id' | 'definitionId' | 'preventedBy'>,
): Promise<{ count: number; lastAt: Date | null }> {
  const none = { count: 0, lastAt: null };
  if (preventedBy === null) return none;
  const [row] = await on.query<{ count: number; lastAt: Date | null }>(
    `select count(*), max(created_at) as last_at from instances
     where definition_id = $1 and id > $2 and prevented_by = $3`,
    [definitionId, id, preventedBy],
  );
  return row ?? none;
}
