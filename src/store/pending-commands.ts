/** What waits for a worker now, and why. */
import { awayAfterSeconds } from './executors.ts';
import type { Connection } from './database.ts';

export interface PendingCommand {
  readonly executionId: number;
  readonly queue: string;
  readonly instanceId: number;
  readonly definitionId: number;
  readonly definitionName: string;
  readonly path: string;
  readonly shell: string;
  /** Its secrets are known from these two. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  /** By the database's clock. */
  readonly secondsWaited: number;
  readonly waitsFor: WaitsFor;
}

/**
 * `free`: all workers of its queue are busy, or one is about to take it. `resumed`: all of them are suspended or drained.
 * `any`: no executor that is there serves its queue.
 */
export type WaitsFor = 'free' | 'resumed' | 'any';

export interface PendingList {
  /** All that there are, shown or not. */
  readonly total: number;
  /** Oldest first. */
  readonly commands: readonly PendingCommand[];
}

export async function pendingCommands(
  on: Connection,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number },
): Promise<PendingList> {
  const [count] = await on.query<{ total: number }>(
    `select count(*) as total from executions where status = 'pending'`,
  );
  const commands = await on.query<PendingCommand>(
    // First the ids, by the index of what is pending: by primary key it would walk through all that has ended.
    `with pending as materialized (
       select id from executions where status = 'pending'
     ), served as (
       select x.queue, bool_or(x.draining_at is null and not w.suspended) as taking
       from executors x join workers w on w.executor_id = x.id
       where x.left_at is null and x.beat_at > clock_timestamp() - make_interval(secs => $3)
       group by x.queue)
     select e.id as execution_id, e.queue, e.instance_id, i.definition_id, i.definition_name, e.path,
       e.shell, i.script, e.env, e.created_at,
       extract(epoch from clock_timestamp() - e.created_at)::float8 as seconds_waited,
       case served.taking when true then 'free' when false then 'resumed' else 'any' end as waits_for
     from (select id from pending order by id limit $1 offset $2) shown
     join executions e on e.id = shown.id
     join instances i on i.id = e.instance_id
     left join served on served.queue = e.queue
     order by e.id`,
    [limit, offset, awayAfterSeconds],
  );
  return { total: count?.total ?? 0, commands };
}
