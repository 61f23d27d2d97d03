/** Executions: one command of one token, from pending to its end. */
import type { Connection, Tx } from './database.ts';

/** Ids, of those claimed by an executor's workers, that somebody wants stopped. */
export function stopsRequested(
  on: Connection,
  executorId: number,
): Promise<{ executionId: number; by: string }[]> {
  return on.query(
    `select e.id as execution_id, e.stop_requested_by as by
     from executions e join workers w on w.id = e.worker_id
     where w.executor_id = $1 and e.status = 'claimed' and e.stop_requested_at is not null`,
    [executorId],
  );
}

/** Asks for a running command to be stopped; null when it no longer runs or was asked before. */
export async function requestStop(
  tx: Tx,
  executionId: number,
  by: string,
): Promise<{ instanceId: number; tokenId: number } | null> {
  const [row] = await tx.query<{ instanceId: number; tokenId: number }>(
    `with asked as (
       update executions set stop_requested_at = clock_timestamp(), stop_requested_by = $2
       where id = $1 and status = 'claimed' and stop_requested_at is null
       returning id, instance_id, token_id)
     select instance_id, token_id, pg_notify('kuroko_stop', id::text)::text from asked`,
    [executionId, by],
  );
  return row ?? null;
}

/** A lost execution, as far as it matters to what becomes of its step. */
export interface LostRow {
  readonly executionId: number;
  readonly tokenId: number;
  readonly path: string;
  /** The token's when it was claimed. */
  readonly attempt: number;
  readonly shell: string;
  readonly stopRequestedBy: string | null;
}

const lostColumns = `id as execution_id, token_id, path, attempt, shell, stop_requested_by`;

/** Writes a claimed execution off; null when its fence is no longer good. */
export async function markLost(
  tx: Tx,
  lost: { executionId: number; fence: number; evidence: string; groupEmptyAt: Date | null },
): Promise<LostRow | null> {
  const [row] = await tx.query<LostRow>(
    `update executions set status = 'lost', finished_at = clock_timestamp(), evidence = $3,
       group_empty_at = $4
     where id = $1 and fence = $2 and status = 'claimed' returning ${lostColumns}`,
    [lost.executionId, lost.fence, lost.evidence, lost.groupEmptyAt],
  );
  return row ?? null;
}

/** Adds to what is known of a lost execution; null when there is nothing to add. */
export async function completeLost(
  tx: Tx,
  found: { executionId: number; evidence: string; groupEmptyAt: Date | null },
): Promise<LostRow | null> {
  const [row] = await tx.query<LostRow>(
    `update executions set evidence = $2, group_empty_at = $3
     where id = $1 and status = 'lost' and group_empty_at is null
       and (evidence is distinct from $2 or $3::timestamptz is not null)
     returning ${lostColumns}`,
    [found.executionId, found.evidence, found.groupEmptyAt],
  );
  return row ?? null;
}

/** A lost execution of which something may still run, as far as anybody knows. */
export interface UnprovenExecution {
  readonly executionId: number;
  readonly instanceId: number;
  readonly host: string;
  readonly epoch: string;
  readonly evidence: string;
  /** Seconds between TERM and KILL; null: as configured. */
  readonly killGrace: number | null;
}

/** Those that were lost from the place (host and queue) of an executor, the latest first. */
export function unprovenOf(
  on: Connection,
  executorId: number,
  but: readonly number[],
): Promise<UnprovenExecution[]> {
  return on.query<UnprovenExecution>(
    `select e.id as execution_id, e.instance_id, e.host, e.epoch, coalesce(e.evidence, '') as evidence,
       i.kill_grace
     from executors x join executions e on e.host = x.host and e.queue = x.queue
       join instances i on i.id = e.instance_id
     where x.id = $1 and e.status = 'lost' and e.group_empty_at is null and e.id <> all($2)
     order by e.id desc limit 100`,
    [executorId, but],
  );
}

/** The host where the command that failed a token's step may still run; null when nothing of it can. `attempt`: after the failure. */
export async function mayStillRunOn(
  on: Connection,
  tokenId: number,
  attempt: number,
): Promise<string | null> {
  const [last] = await on.query<{ host: string; mayRun: boolean }>(
    `select coalesce(host, '?') as host, status = 'lost' and group_empty_at is null as may_run
     from executions where token_id = $1 and attempt = $2 - 1 order by id desc limit 1`,
    [tokenId, attempt],
  );
  return last?.mayRun ? last.host : null;
}

/** Claimed executions of an executor that was not heard of: what is to be written off. */
export function claimedBy(
  on: Connection,
  executorId: number,
): Promise<{ executionId: number; fence: number; instanceId: number; tokenId: number }[]> {
  return on.query(
    `select e.id as execution_id, e.fence, e.instance_id, e.token_id
     from executions e join workers w on w.id = e.worker_id
     where w.executor_id = $1 and e.status = 'claimed' order by e.id`,
    [executorId],
  );
}

/** What the books say of executions that were claimed under an epoch; left out: not under this one. */
export function bookedUnder(
  on: Connection,
  executionIds: readonly number[],
  epoch: string,
): Promise<Pick<Execution, 'id' | 'status' | 'groupEmptyAt'>[]> {
  return on.query(
    {
      name: 'booked-under',
      text: 'select id, status, group_empty_at from executions where id = any($1) and epoch = $2',
    },
    [executionIds, epoch],
  );
}

/** Notes the process of commands that have been alive for a while: proof for whoever comes after. */
export async function notePids(
  on: Connection,
  running: readonly { executionId: number; pid: number; pidStart: number; startedAt: Date }[],
): Promise<void> {
  if (running.length === 0) return;
  await on.query(
    `update executions e set pid = r.pid, pid_start = r.pid_start, started_at = r.started_at
     from unnest($1::bigint[], $2::int[], $3::bigint[], $4::timestamptz[])
       as r (id, pid, pid_start, started_at)
     where e.id = r.id and e.status = 'claimed' and e.pid is null`,
    [
      running.map(({ executionId }) => executionId),
      running.map(({ pid }) => pid),
      running.map(({ pidStart }) => pidStart),
      running.map(({ startedAt }) => startedAt),
    ],
  );
}

export interface Execution {
  readonly id: number;
  readonly instanceId: number;
  readonly tokenId: number;
  readonly path: string;
  readonly attempt: number;
  readonly shell: string;
  readonly queue: string;
  readonly status: 'pending' | 'claimed' | 'finished' | 'lost' | 'canceled';
  readonly host: string | null;
  readonly workerNumber: number | null;
  readonly createdAt: Date;
  readonly claimedAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly pid: number | null;
  readonly exitStatus: number | null;
  readonly termSignal: string | null;
  readonly timedOut: boolean;
  readonly outputSize: number;
  /** Bytes: the most that its process group held at once; null when it was over too soon. */
  readonly peakMemory: number | null;
  readonly evidence: string | null;
  /** Of a lost one: when its process group was proven to be empty; null: it may still run. */
  readonly groupEmptyAt: Date | null;
  /** When somebody was told that nobody takes it. */
  readonly unstartedAt: Date | null;
  readonly stopRequestedBy: string | null;
}

/** Of `executions e`. */
export const executionColumns = `e.id, e.instance_id, e.token_id, e.path, e.attempt, e.shell, e.queue,
  e.status, e.host, e.worker_number, e.created_at, e.claimed_at, e.started_at, e.finished_at, e.pid,
  e.exit_status, e.term_signal, e.timed_out, e.output_size, e.peak_memory, e.evidence,
  e.group_empty_at, e.unstarted_at, e.stop_requested_by`;

/** The executions of an instance, oldest first. */
export function executionsOf(on: Connection, instanceId: number): Promise<Execution[]> {
  return on.query<Execution>(
    `select ${executionColumns} from executions e where e.instance_id = $1 order by e.id`,
    [instanceId],
  );
}

/** What of an execution matters to who reads its output. */
export type Written = Pick<Execution, 'id' | 'path' | 'attempt' | 'status' | 'outputSize'>;

/** Some of an instance's executions, and those after an id, oldest first: `limit` at most. */
export function writtenBy(
  on: Connection,
  instanceId: number,
  { some, after, limit }: { some: readonly number[]; after: number; limit: number },
): Promise<Written[]> {
  return on.query<Written>(
    `select id, path, attempt, status, output_size from executions
     where instance_id = $1 and (id = any($2) or id > $3) order by id limit $4`,
    [instanceId, some, after, limit],
  );
}
