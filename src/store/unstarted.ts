/** Executions that wait for a worker for too long, and what was told of their queues. */
import { storableText } from './storable.ts';
import type { Tx } from './database.ts';

export interface UnstartedExecution {
  readonly executionId: number;
  readonly instanceId: number;
  readonly tokenId: number;
  readonly path: string;
  readonly queue: string;
  /** Another command of the same instance was told of before. */
  readonly toldBefore: boolean;
}

/** Takes those that nobody has taken for so many seconds and of which nobody was told, oldest first. */
export function lockUnstarted(
  tx: Tx,
  seconds: number,
  limit: number,
): Promise<UnstartedExecution[]> {
  return tx.query<UnstartedExecution>(
    `select e.id as execution_id, e.instance_id, e.token_id, e.path, e.queue,
       exists (select from executions o where o.instance_id = e.instance_id
         and o.unstarted_at is not null) as told_before
     from executions e
     where e.status = 'pending' and e.unstarted_at is null
       and e.created_at < clock_timestamp() - make_interval(secs => $1)
     order by e.id limit $2
     for no key update of e skip locked`,
    [seconds, limit],
  );
}

/** Remembers that they were told of, with a line in the log of each instance: of paths and queues, which hold no secret. */
export async function markUnstarted(
  tx: Tx,
  told: readonly (Pick<UnstartedExecution, 'executionId' | 'instanceId' | 'tokenId'> & {
    readonly message: string;
  })[],
): Promise<void> {
  await tx.query(
    `with marked as (
       update executions set unstarted_at = clock_timestamp() where id = any($1))
     insert into logs (instance_id, token_id, level, message)
     select instance_id, token_id, 'WARN', message
     from unnest($2::bigint[], $3::bigint[], $4::text[]) as line (instance_id, token_id, message)`,
    [
      told.map(({ executionId }) => executionId),
      told.map(({ instanceId }) => instanceId),
      told.map(({ tokenId }) => tokenId),
      told.map(({ message }) => storableText(message)),
    ],
  );
}

export interface QueueAlarm {
  /** Notices of single instances in the hour that is counted. */
  readonly told: number;
  /** When the rest was told of in one, in that hour. */
  readonly summedAt: Date | null;
}

/** What was told of a queue in this hour, locked: two keepers do not tell the same twice. */
export async function lockQueueAlarm(tx: Tx, queue: string): Promise<QueueAlarm> {
  const [row] = await tx.query<QueueAlarm>(
    `insert into queue_alarms as a (queue) values ($1)
     on conflict (queue) do update set
       since = case when a.since > now() - interval '1 hour' then a.since else now() end,
       told = case when a.since > now() - interval '1 hour' then a.told else 0 end,
       summed_at = case when a.since > now() - interval '1 hour' then a.summed_at end
     returning told, summed_at`,
    [queue],
  );
  return row ?? { told: 0, summedAt: null };
}

export async function noteQueueAlarm(
  tx: Tx,
  queue: string,
  { told, summed }: { readonly told: number; readonly summed: boolean },
): Promise<void> {
  await tx.query(
    `update queue_alarms set told = $2,
       summed_at = case when $3 then clock_timestamp() else summed_at end
     where queue = $1`,
    [queue, told, summed],
  );
}

/** How many wait on a queue now. */
export async function pendingOn(tx: Tx, queue: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*) from executions where status = 'pending' and queue = $1`,
    [queue],
  );
  return row?.count ?? 0;
}
