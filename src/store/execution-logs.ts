/** How far the output of executions has gone to the execution logger; any number of processes share the work. */
import type { Connection } from './database.ts';
import type { OutputChunk } from './commit-step.ts';

/** Output that is to be sent, leased to whoever claimed it. */
export interface OpenLog {
  readonly executionId: number;
  readonly instanceId: number;
  readonly definitionId: number;
  readonly pid: number | null;
  /** Offset of the first byte that has not been sent. */
  readonly shippedTo: number;
  /** Bytes that it had written when it was claimed. */
  readonly outputSize: number;
  /** Nothing comes any more. */
  readonly ended: boolean;
  readonly attempts: number;
}

/** In one round: executions that are entered, and done ones that are forgotten. */
const mostAtOnce = 2_000;

/** The first time, what has ended before is history, and not sent. */
export async function beginExecutionLogs(on: Connection): Promise<void> {
  await on.query(
    `insert into execution_log_cursor (registered_to)
     select coalesce((select min(id) - 1 from executions where status in ('pending', 'claimed')),
       (select max(id) from executions), 0)
     on conflict do nothing`,
  );
}

/**
 * Enters the executions that are new. Ids are taken before they are committed, so the last minutes are
 * looked at again and again; what ended a day ago is not sent any more.
 */
export async function enterExecutions(on: Connection): Promise<void> {
  await on.query(
    {
      name: 'enter-executions',
      text: `
insert into execution_logs (execution_id)
select e.id from executions e, execution_log_cursor c
where e.id > c.registered_to and (e.finished_at is null or e.finished_at > now() - interval '1 day')
  and not exists (select from execution_logs l where l.execution_id = e.id)
order by e.id limit $1
on conflict do nothing`,
    },
    [mostAtOnce],
  );
  await on.query(
    {
      name: 'advance-execution-log-cursor',
      text: `
update execution_log_cursor c set registered_to = passed.id
from (select max(id) as id from (
  select e.id, e.created_at from executions e, execution_log_cursor c
  where e.id > c.registered_to order by e.id limit $1) e
  where created_at < now() - interval '5 minutes') passed
where passed.id > c.registered_to`,
    },
    [mostAtOnce],
  );
}

/** Of executions that have written something new, or have ended; the oldest first. */
export function claimLogs(on: Connection, limit: number, leaseSeconds: number): Promise<OpenLog[]> {
  return on.query<OpenLog>(
    {
      name: 'claim-logs',
      text: `
with due as (
  select l.execution_id from execution_logs l join executions e on e.id = l.execution_id
  where l.done_at is null and l.available_at <= now()
    and (l.leased_until is null or l.leased_until < now()) and e.status <> 'pending'
    and (e.output_size > l.seen_to or e.status <> 'claimed')
  order by l.execution_id limit $1
  for update of l skip locked
)
update execution_logs l set leased_until = now() + make_interval(secs => $2)
from due join executions e on e.id = due.execution_id join instances i on i.id = e.instance_id
where l.execution_id = due.execution_id
returning l.execution_id, e.instance_id, i.definition_id, e.pid, l.shipped_to, e.output_size,
  e.status <> 'claimed' as ended, l.attempts`,
    },
    [limit, leaseSeconds],
  );
}

/** What was sent; false when somebody else has sent it meanwhile, for the lease was over. */
export async function noteShipped(
  on: Connection,
  { executionId, from, to }: { executionId: number; from: number; to: number },
  leaseSeconds: number,
): Promise<boolean> {
  const rows = await on.query(
    `update execution_logs set shipped_to = $3, attempts = 0,
       leased_until = now() + make_interval(secs => $4)
     where execution_id = $1 and shipped_to = $2 and done_at is null returning 1`,
    [executionId, from, to, leaseSeconds],
  );
  return rows.length === 1;
}

/** All there was has been sent; more may come unless it has ended. */
export async function noteCaughtUp(on: Connection, log: OpenLog): Promise<void> {
  await on.query(
    `update execution_logs set seen_to = $2, leased_until = null,
       done_at = case when $3 then now() end
     where execution_id = $1`,
    [log.executionId, log.outputSize, log.ended],
  );
}

/** Leaves the rest to whoever claims it next. */
export async function releaseLog(on: Connection, executionId: number): Promise<void> {
  await on.query('update execution_logs set leased_until = null where execution_id = $1', [
    executionId,
  ]);
}

export async function putLogOff(
  on: Connection,
  executionId: number,
  delaySeconds: number,
): Promise<void> {
  await on.query(
    `update execution_logs set attempts = attempts + 1, leased_until = null,
       available_at = now() + make_interval(secs => $2)
     where execution_id = $1`,
    [executionId, delaySeconds],
  );
}

/** Gives up what could not be sent for a day after its end, and forgets what is done; returns what was given up. */
export async function giveUpLogs(on: Connection): Promise<number[]> {
  await on.query(
    `delete from execution_logs where execution_id in (
       select l.execution_id from execution_logs l, execution_log_cursor c
       where l.done_at < now() - interval '1 hour' and l.execution_id <= c.registered_to limit $1)`,
    [mostAtOnce],
  );
  const rows = await on.query<{ executionId: number }>(
    `update execution_logs l set done_at = now() from executions e
     where e.id = l.execution_id and l.done_at is null
       and e.finished_at < now() - interval '1 day'
       and (l.leased_until is null or l.leased_until < now())
     returning l.execution_id`,
  );
  return rows.map(({ executionId }) => executionId);
}

export interface TimedChunk extends OutputChunk {
  /** When it was stored; null for what a former version stored. */
  readonly at: Date | null;
}

/** About so many bytes of an execution's output from an offset on, or from where there is some again. */
export function readOutputFrom(
  on: Connection,
  executionId: number,
  from: number,
  bytes: number,
): Promise<TimedChunk[]> {
  return on.query<TimedChunk>(
    {
      name: 'read-output-from',
      text: `
select start_offset as start, bytes, at from output
where execution_id = $1 and start_offset + length(bytes) > $2
  and start_offset < $3 + greatest($2, (select min(start_offset) from output
    where execution_id = $1 and start_offset + length(bytes) > $2))
order by start_offset`,
    },
    [executionId, from, bytes],
  );
}
