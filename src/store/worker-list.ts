/** Every executor with its workers, and what each of them does. */
import { awayAfterSeconds, type ExecutorKind } from './executors.ts';
import { restartWish, type RestartColumns, type RestartWish } from './restarts.ts';
import { runningCommands, type RunningCommand } from './running-commands.ts';
import type { Connection } from './database.ts';

export interface ListedExecutor {
  readonly id: number;
  readonly host: string;
  readonly queue: string;
  readonly kind: ExecutorKind;
  /** `away`: it has not left, and yet nobody has heard of it for 30 s. */
  readonly presence: 'present' | 'away' | 'left';
  readonly startedAt: Date;
  /** When it was last heard of. */
  readonly beatAt: Date;
  readonly leftAt: Date | null;
  readonly drainingAt: Date | null;
  readonly drainingBy: string | null;
  /** What has been asked for and is not done yet. */
  readonly restart: RestartWish | null;
  /** By number. */
  readonly workers: readonly ListedWorker[];
}

export interface ListedWorker {
  readonly number: number;
  readonly suspended: boolean;
  /** When it was suspended or resumed last, and by whom. */
  readonly suspensionAt: Date | null;
  readonly suspensionBy: string | null;
  readonly running: RunningCommand | null;
}

export interface WorkerList {
  /** All that there are, shown or not. */
  readonly total: number;
  readonly executors: readonly ListedExecutor[];
}

/** One that has left is only there while it holds something. */
const shown = `x.left_at is null or exists (
  select from workers w join executions e on e.worker_id = w.id
  where w.executor_id = x.id and e.status = 'claimed')`;

export interface WorkerFilter {
  /** Left out: any. */
  readonly executorId?: number;
  readonly host?: string;
  readonly queue?: string | null;
  readonly limit: number;
  readonly offset?: number;
}

const wanted = `(${shown}) and ($1::bigint is null or x.id = $1)
  and ($2::text is null or x.host = $2) and ($3::text is null or x.queue = $3)`;

/** By host and queue. Those that have left are only there while they hold something. */
export async function listWorkers(
  on: Connection,
  { executorId, host, queue, limit, offset = 0 }: WorkerFilter,
): Promise<WorkerList> {
  const which = [executorId ?? null, host ?? null, queue ?? null];
  const [count] = await on.query<{ total: number }>(
    `select count(*) as total from executors x where ${wanted}`,
    which,
  );
  const executors = await on.query<Omit<ListedExecutor, 'workers' | 'restart'> & RestartColumns>(
    `select x.id, x.host, x.queue, x.kind,
       case when x.left_at is not null then 'left'
         when x.beat_at < clock_timestamp() - make_interval(secs => $6) then 'away'
         else 'present' end as presence,
       x.started_at, x.beat_at, x.left_at, x.draining_at, x.draining_by,
       x.restart, x.restart_by, x.restart_at
     from executors x where ${wanted} order by x.host, x.queue limit $4 offset $5`,
    [...which, limit, offset, awayAfterSeconds],
  );
  const ids = executors.map(({ id }) => id);
  const workers = await workersOf(on, ids);
  const running = new Map(
    (await runningCommands(on, ids)).map((command) => [slotKey(command), command]),
  );
  return {
    total: count?.total ?? 0,
    executors: executors.map(({ restart, restartBy, restartAt, ...executor }) => ({
      ...executor,
      restart: restartWish({ restart, restartBy, restartAt }),
      workers: workers
        .filter((worker) => worker.executorId === executor.id)
        .map(({ number, suspended, suspensionAt, suspensionBy }) => ({
          number,
          suspended,
          suspensionAt,
          suspensionBy,
          running: running.get(slotKey({ executorId: executor.id, workerNumber: number })) ?? null,
        })),
    })),
  };
}

const slotKey = ({
  executorId,
  workerNumber,
}: Pick<RunningCommand, 'executorId' | 'workerNumber'>): string => `${executorId} ${workerNumber}`;

function workersOf(
  on: Connection,
  executorIds: readonly number[],
): Promise<(Omit<ListedWorker, 'running'> & { executorId: number })[]> {
  return on.query(
    `select executor_id, number, suspended, suspension_at, suspension_by
     from workers where executor_id = any($1) order by executor_id, number`,
    [executorIds],
  );
}
