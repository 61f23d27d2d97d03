/**
 * Applies one step in one statement: the result of an execution, the advanced token, the next
 * execution, the instance, its log, its notices - and the claim of what the worker runs next.
 *
 * The execution is guarded by its fence, the token by its version: a result is recorded even when
 * the token has moved on, and a token that has moved on is left alone. Order of locks: instance,
 * token, execution - the order of the slow path, so that the two cannot wait for each other. Of
 * another instance only a pending execution is locked, and never waited for.
 *
 * An instance keeps its worker: the token's next execution goes before older ones of other
 * instances. Only then the oldest of the queue is taken, as a claim would. So an instance of many
 * steps holds one worker until it ends, waits or fails, and never more than one a token.
 */
import { storableJson, storableText } from './storable.ts';
import { wakersLookEverySeconds } from './due-tokens.ts';
import { claimColumns, mayTake, type Claim, type FreeWorker } from './executions.ts';
import type { LogLevel } from '../workflow/effect.ts';
import type { Masked } from '../workflow/mask.ts';
import type { Token } from '../workflow/token.ts';
import type { Connection } from './database.ts';
import type { Notice } from './outbox.ts';

/** How an execution ended. */
export interface ExecutionResult {
  readonly executionId: number;
  readonly fence: number;
  readonly exitStatus: number | null;
  readonly termSignal: string | null;
  readonly timedOut: boolean;
  readonly pid: number | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date;
  /** All bytes the command wrote, kept or not. */
  readonly outputSize: number;
  /** Highest resident memory of its process group in bytes; null when it was over too soon. */
  readonly peakMemory: number | null;
  /** What of it has not been stored yet. */
  readonly output: readonly OutputChunk[];
}

export interface OutputChunk {
  /** Offset of the first byte in all that the command wrote. */
  readonly start: number;
  readonly bytes: Buffer;
}

export interface StepCommit {
  readonly instanceId: number;
  readonly tokenId: number;
  /** The version that the step was computed from. */
  readonly version: number;
  readonly token: Token;
  readonly result: ExecutionResult | null;
  readonly next: NextExecution | null;
  /** Whom the recorded result frees, to claim what comes next; null when it takes nothing new. */
  readonly freed: FreeWorker | null;
  /** Stop what the token is running; the name of who asks. */
  readonly stopBy: string | null;
  /** Let the token know when so much time has passed; null: nothing is to come. */
  readonly wakeSeconds: number | null;
  /** Branches that have not finished; null leaves them as they are. */
  readonly openBranches: number | null;
  /**
   * The token is a branch of a fork: counts it there. Where it is the last, or its fork is gone,
   * nothing at all is written, for what follows from that is not known here.
   */
  readonly joins: boolean;
  /** By how much the instance's counters change; both 0 leaves the instance untouched. */
  readonly activeDelta: number;
  readonly failedDelta: number;
  /** The instance is cancelled, whatever its counters say. */
  readonly cancel: boolean;
  readonly logs: readonly { readonly level: LogLevel; readonly message: Masked }[];
  readonly notices: readonly Notice[];
}

export interface NextExecution {
  readonly shell: string;
  readonly chdir: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly queue: string;
  readonly timeoutSeconds: number | null;
}

export interface StepOutcome {
  /** The fence was still good: the result is in the books. */
  readonly recorded: boolean;
  /** The token was still where the step left it: everything else is, too. */
  readonly moved: boolean;
  /** The token's next execution; `fence` when the freed worker has claimed it. */
  readonly next: { readonly executionId: number; readonly fence: number | null } | null;
  /** What the freed worker has claimed of another token. */
  readonly other: Claim | null;
  /** The instance's status where the step touched it, else null. */
  readonly instanceStatus: 'working' | 'error' | 'success' | 'canceled' | null;
}

const statement = {
  name: 'commit-step',
  text: `
with touched as materialized (
  select id from instances where id = $1 and $2::boolean for no key update
), forked as materialized (
  select id from tokens
  where $40::boolean and id = (select parent_id from tokens where id = $3) and open_children > 1
    and exists (select from touched)
  for no key update
), moved as (
  update tokens set path = $5, status = $6, attempt = $7, context = $8::jsonb,
    version = version + 1, entered_at = clock_timestamp(),
    wake_at = clock_timestamp() + make_interval(secs => $38),
    open_children = coalesce($39, open_children)
  where id = $3 and version = $4 and (not $2 or exists (select from touched))
    and (not $40 or exists (select from forked))
  returning id
), joined as (
  update tokens set open_children = open_children - 1
  from forked where tokens.id = forked.id and exists (select from moved)
), recorded as (
  update executions set status = 'finished', exit_status = $11, term_signal = $12, timed_out = $13,
    pid = coalesce($14, pid), started_at = coalesce($15, started_at), finished_at = $16,
    output_size = $17, peak_memory = $36
  where id = $9 and fence = $10 and status = 'claimed' and (select count(*) from moved) >= 0
    and (not $40 or exists (select from forked))
  returning id
), stored as (
  insert into output (execution_id, start_offset, bytes)
  select recorded.id, chunk.start_offset, chunk.bytes
  from recorded, unnest($18::bigint[], $19::bytea[]) as chunk (start_offset, bytes)
  on conflict (execution_id, start_offset) do update set bytes = excluded.bytes
), stopped as (
  update executions set
    status = case status when 'pending' then 'canceled' else status end,
    finished_at = case status when 'pending' then clock_timestamp() end,
    stop_requested_at = clock_timestamp(), stop_requested_by = $20::text
  where $20::text is not null and token_id = $3 and status in ('pending', 'claimed')
    and id is distinct from $9 and exists (select from moved)
  returning id, worker_id, status
), mine as (${mayTake({ workerId: '$26', epoch: '$28' })}
    -- It is free once the result is in the books: before, the slot's unique index would refuse.
    and exists (select from recorded)
), next as (
  insert into executions (instance_id, token_id, path, attempt, shell, chdir, env, queue,
    timeout_seconds, status, worker_id, worker_number, host, epoch, fence, claimed_at)
  select $1, moved.id, $5, $7, $21, $22, $23::jsonb, $24, $25,
    case when mine.id is null then 'pending' else 'claimed' end, mine.id, mine.number,
    case when mine.id is null then null else $27 end,
    case when mine.id is null then null else $28 end,
    case when mine.id is null then null else nextval('execution_fences') end,
    case when mine.id is null then null else clock_timestamp() end
  from moved
    -- Only on the queue that the worker serves: another queue is another host's.
    left join mine on $24 = $37
  where $21::text is not null
  returning id, fence, queue, status
), picked as (
  select id from executions
  where status = 'pending' and queue = $37 and exists (select from mine)
    and not exists (select from next where status = 'claimed')
  order by id limit 1
  for update skip locked
), taken as (
  update executions set status = 'claimed', worker_id = mine.id, worker_number = mine.number,
    host = $27, epoch = $28, fence = nextval('execution_fences'), claimed_at = clock_timestamp()
  from picked, mine where executions.id = picked.id
  returning executions.*
), other as (
  select ${claimColumns}
  from taken e join instances i on i.id = e.instance_id join tokens t on t.id = e.token_id
), changed as (
  update instances set
    active_tokens = active_tokens + $29, failed_tokens = failed_tokens + $30,
    status = case when $31 then 'canceled'
      when active_tokens + $29 = 0 then 'success'
      when failed_tokens + $30 > 0 then 'error'
      else 'working' end,
    canceled_at = case when $31 then clock_timestamp() end,
    finished_at = case when not $31 and active_tokens + $29 = 0 then clock_timestamp() end,
    error_at = case when $31 then error_at
      when failed_tokens + $30 > 0 then coalesce(error_at, clock_timestamp()) end
  where id = $1 and $2 and status in ('working', 'error') and exists (select from moved)
  returning id, status
), logged as (
  insert into logs (instance_id, token_id, level, message)
  select $1, moved.id, line.level, line.message
  from moved, unnest($32::text[], $33::text[]) with ordinality as line (level, message, position)
  order by line.position
), noticed as (
  insert into outbox (target, event, instance_id, token_id, attempt, payload)
  select 'slack', notice.event, $1, moved.id, $7, notice.payload
  from moved, unnest($34::text[], $35::jsonb[]) with ordinality as notice (event, payload, position)
  order by notice.position
)
select
  exists (select from recorded) as recorded,
  exists (select from moved) as moved,
  (select id from next) as next_id,
  (select fence from next) as next_fence,
  (select status from changed) as instance_status,
  concat(
    (select pg_notify('kuroko_work', queue)::text from next where status = 'pending'),
    (select pg_notify('kuroko_wake', '')::text from moved where $38 < ${wakersLookEverySeconds}),
    (select count(pg_notify('kuroko_stop', id::text)::text) from stopped where status = 'claimed'),
    -- Of a result its caller tells: see tell-notifier.
    (select pg_notify('kuroko_outbox', '')::text from moved
      where $9::bigint is null and cardinality($34::text[]) > 0)) as told,
  other.*
from (select) as one left join other on true`,
};

/**
 * Commits a step. On a connection without a transaction it is one of its own.
 * Nothing is written when neither fence nor version fits.
 */
export async function commitStep(on: Connection, step: StepCommit): Promise<StepOutcome> {
  const { token, result, next, freed } = step;
  const [row] = await on.query<Row>(statement, [
    step.instanceId,
    step.cancel || step.activeDelta !== 0 || step.failedDelta !== 0,
    step.tokenId,
    step.version,
    token.path,
    token.status,
    token.attempt,
    storableJson(token.context),
    result?.executionId ?? null,
    result?.fence ?? null,
    result?.exitStatus ?? null,
    result?.termSignal ?? null,
    result?.timedOut ?? false,
    result?.pid ?? null,
    result?.startedAt ?? null,
    result?.finishedAt ?? null,
    result?.outputSize ?? 0,
    result?.output.map(({ start }) => start) ?? [],
    result?.output.map(({ bytes }) => bytes) ?? [],
    step.stopBy,
    next?.shell ?? null,
    next?.chdir ?? null,
    storableJson(next?.env ?? {}),
    next?.queue ?? null,
    next?.timeoutSeconds ?? null,
    freed?.workerId ?? null,
    freed?.host ?? null,
    freed?.epoch ?? null,
    step.activeDelta,
    step.failedDelta,
    step.cancel,
    step.logs.map(({ level }) => level),
    step.logs.map(({ message }) => storableText(message)),
    step.notices.map(({ event }) => event),
    step.notices.map(({ payload }) => storableJson(payload)),
    result?.peakMemory ?? null,
    freed?.queue ?? null,
    step.wakeSeconds,
    step.openBranches,
    step.joins,
  ]);
  if (row === undefined) throw new Error('commit-step returned no row');
  const { recorded, moved, nextId, nextFence, instanceStatus, told: _, ...other } = row;
  return {
    recorded,
    moved,
    next: nextId === null ? null : { executionId: nextId, fence: nextFence },
    other: other.executionId === null ? null : other,
    instanceStatus,
  };
}

type Row = {
  recorded: boolean;
  moved: boolean;
  nextId: number | null;
  nextFence: number | null;
  instanceStatus: StepOutcome['instanceStatus'];
  told: string;
} & (Claim | { executionId: null });
