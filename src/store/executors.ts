/** Executors and their workers: who is there to run commands, and whether they are alive. */
import { handOverSeconds, restartWish, type RestartColumns, type RestartWish } from './restarts.ts';
import type { Connection, Tx } from './database.ts';

export interface Executor {
  readonly id: number;
  readonly host: string;
  readonly queue: string;
  readonly epoch: string;
  readonly heartbeat: number;
}

/** What a process is that serves workers: the whole of Kuroko, or workers only. */
export type ExecutorKind = 'start' | 'executor';

/** After so long without a heartbeat an executor is shown as away. */
export const awayAfterSeconds = 30;

export interface Worker {
  readonly id: number;
  readonly number: number;
  readonly suspended: boolean;
}

/** The executor of a host and queue as it stands, locked; null when there is none, or it has left. */
export async function lockExecutor(
  tx: Tx,
  host: string,
  queue: string,
): Promise<(Executor & { secondsSinceBeat: number }) | null> {
  const [row] = await tx.query<Executor & { secondsSinceBeat: number }>(
    `select id, host, queue, epoch, heartbeat,
       extract(epoch from clock_timestamp() - beat_at)::float8 as seconds_since_beat
     from executors where host = $1 and queue = $2 and left_at is null for update`,
    [host, queue],
  );
  return row ?? null;
}

/**
 * Enters, or takes over, the place of a host and queue, with `count` workers numbered from 1. It takes work again, whatever
 * was wished of the one before; a worker that was suspended stays so. Workers beyond the count remain while they hold something.
 */
export async function registerExecutor(
  tx: Tx,
  executor: {
    host: string;
    queue: string;
    epoch: string;
    bootId: string;
    pid: number;
    kind: ExecutorKind;
  },
  count: number,
): Promise<{ id: number; workers: Worker[] }> {
  const [row] = await tx.query<{ id: number }>(
    `insert into executors (host, queue, epoch, boot_id, pid, kind) values ($1, $2, $3, $4, $5, $6)
     on conflict (host, queue) do update set epoch = excluded.epoch, boot_id = excluded.boot_id,
       pid = excluded.pid, kind = excluded.kind, heartbeat = executors.heartbeat + 1, beat_at = now(),
       started_at = now(), left_at = null, draining_at = null, draining_by = null,
       restart = null, restart_at = null, restart_by = null
     returning id`,
    [executor.host, executor.queue, executor.epoch, executor.bootId, executor.pid, executor.kind],
  );
  if (row === undefined) throw new Error('an executor could not be registered');
  await tx.query(
    `insert into workers (executor_id, number) select $1, generate_series(1, $2)
     on conflict do nothing`,
    [row.id, count],
  );
  await tx.query(
    `delete from workers where executor_id = $1 and number > $2 and not exists (
       select from executions where worker_id = workers.id and status = 'claimed')`,
    [row.id, count],
  );
  const workers = await tx.query<Worker>(
    'select id, number, suspended from workers where executor_id = $1 order by number',
    [row.id],
  );
  return { id: row.id, workers };
}

/** Says "alive", and hears what is wished; null when another epoch has taken the place. */
export async function beat(
  on: Connection,
  executorId: number,
  epoch: string,
): Promise<{ restart: RestartWish | null } | null> {
  const [row] = await on.query<RestartColumns>(
    {
      name: 'beat',
      text: `update executors set heartbeat = heartbeat + 1, beat_at = clock_timestamp()
             where id = $1 and epoch = $2 returning restart, restart_by, restart_at`,
    },
    [executorId, epoch],
  );
  return row === undefined ? null : { restart: restartWish(row) };
}

/** An executor with what it was last heard to say, by the database's clock. */
export interface HeardExecutor extends Executor {
  readonly beatAt: Date;
}

/**
 * Every executor that still holds executions, for whoever watches the heartbeats; but for those that have just handed over:
 * their commands are kept until the next process registers, or for so long.
 */
export function executorsWithClaims(on: Connection): Promise<HeardExecutor[]> {
  return on.query<HeardExecutor>({
    name: 'executors-with-claims',
    text: `select x.id, x.host, x.queue, x.epoch, x.heartbeat, x.beat_at from executors x
     where exists (select from workers w join executions e on e.worker_id = w.id
                   where w.executor_id = x.id and e.status = 'claimed')
       and not (x.restart is not distinct from 'hand_over'
         and x.restart_at > clock_timestamp() - make_interval(secs => ${handOverSeconds}))
     order by x.id`,
  });
}

/** Whether an executor has not said anything since; if so, it cannot until this transaction ends. */
export async function isStillSilent(
  tx: Tx,
  { id, epoch, heartbeat }: Pick<Executor, 'id' | 'epoch' | 'heartbeat'>,
): Promise<boolean> {
  const rows = await tx.query(
    'select id from executors where id = $1 and epoch = $2 and heartbeat = $3 for share',
    [id, epoch, heartbeat],
  );
  return rows.length === 1;
}

/** Queues that somebody has served within the last minute. */
export async function servedQueues(on: Connection): Promise<string[]> {
  const rows = await on.query<{ queue: string }>(
    `select distinct queue from executors x
     where left_at is null and draining_at is null and beat_at > now() - interval '1 minute'
       and exists (select from workers w where w.executor_id = x.id and not w.suspended)
     order by 1`,
  );
  return rows.map(({ queue }) => queue);
}

/** Leaves the place, so that the next to come need not watch whether we are alive. */
export async function leavePlace(on: Connection, executorId: number, epoch: string): Promise<void> {
  await on.query('update executors set left_at = clock_timestamp() where id = $1 and epoch = $2', [
    executorId,
    epoch,
  ]);
}
