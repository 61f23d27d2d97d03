/** What workers run now, and until when that is expected to take. */
import { expectedEnd, stepKey, usualDurations, type ExpectedEnd } from './usual-durations.ts';
import type { Connection } from './database.ts';

export interface RunningCommand {
  readonly executionId: number;
  readonly executorId: number;
  readonly host: string;
  readonly queue: string;
  readonly workerNumber: number;
  readonly instanceId: number;
  readonly definitionId: number;
  readonly definitionName: string;
  readonly path: string;
  readonly shell: string;
  /** Its secrets are known from these two. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** When it became ready to run. */
  readonly createdAt: Date;
  /** When it was started, as far as that is known; else when it was claimed. */
  readonly since: Date;
  readonly expectedEnd: ExpectedEnd;
  readonly stopRequestedBy: string | null;
}

/** Of some executors, or of all, by host, queue and worker. */
export async function runningCommands(
  on: Connection,
  executorIds: readonly number[] | 'all',
): Promise<RunningCommand[]> {
  const rows = await on.query<Omit<RunningCommand, 'expectedEnd'> & { now: Date }>(
    `select e.id as execution_id, x.id as executor_id, x.host, e.queue, w.number as worker_number,
       e.instance_id, i.definition_id, i.definition_name, e.path, e.shell, i.script, e.env,
       e.created_at, coalesce(e.started_at, e.claimed_at) as since, e.stop_requested_by,
       clock_timestamp() as now
     from executions e
     join workers w on w.id = e.worker_id
     join executors x on x.id = w.executor_id
     join instances i on i.id = e.instance_id
     where e.status = 'claimed' and ($1::bigint[] is null or x.id = any($1))
     order by x.host, x.queue, w.number`,
    [executorIds === 'all' ? null : executorIds],
  );
  const usual = await usualDurations(on, rows);
  return rows.map(({ now, ...row }) => ({
    ...row,
    expectedEnd: expectedEnd(row.since, usual.get(stepKey(row)), now),
  }));
}
