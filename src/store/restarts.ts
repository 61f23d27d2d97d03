/** The wish that an executor's process be started again: made by somebody, heard with the heartbeat, gone when it registers. */
import type { Connection, Tx } from './database.ts';

/**
 * `hand_over`: commands go on meanwhile. `wait`: nothing new is taken, and the restart comes when the last command has
 * ended. `stop`: commands are stopped first.
 */
export type RestartMode = 'hand_over' | 'wait' | 'stop';

export interface RestartWish {
  readonly mode: RestartMode;
  readonly by: string;
  readonly at: Date;
}

/** So long commands are kept for the next process after a hand-over. */
export const handOverSeconds = 60;

export interface RestartColumns {
  readonly restart: RestartMode | null;
  readonly restartBy: string | null;
  readonly restartAt: Date | null;
}

export function restartWish({ restart, restartBy, restartAt }: RestartColumns): RestartWish | null {
  if (restart === null || restartAt === null) return null;
  return { mode: restart, by: restartBy ?? 'somebody', at: restartAt };
}

/** A later wish replaces an earlier one, and what that drained. Whoever is to wait takes nothing new from now on. */
export async function requestRestart(
  tx: Tx,
  executorId: number,
  wish: Pick<RestartWish, 'mode' | 'by'>,
): Promise<Date> {
  const [row] = await tx.query<{ restartAt: Date }>(
    `update executors set restart = $2, restart_by = $3, restart_at = moment.at,
       draining_at = case when draining_at is distinct from restart_at then draining_at
         when $2 = 'wait' then moment.at end,
       draining_by = case when draining_at is distinct from restart_at then draining_by
         when $2 = 'wait' then $3 end
     from (select date_trunc('milliseconds', clock_timestamp()) as at) moment
     where id = $1 returning restart_at`,
    [executorId, wish.mode, wish.by],
  );
  if (row === undefined) throw new Error(`executor ${executorId} is gone`);
  return row.restartAt;
}

/** The wish cannot be granted: everything stays as it is. A later wish is left alone. */
export async function dropRestart(tx: Tx, executorId: number, at: Date): Promise<void> {
  await tx.query(
    `update executors set restart = null, restart_by = null, restart_at = null,
       draining_at = case when draining_at is distinct from restart_at then draining_at end,
       draining_by = case when draining_at is distinct from restart_at then draining_by end
     where id = $1 and restart_at = $2`,
    [executorId, at],
  );
}

/** The process leaves, and its commands stay: for `handOverSeconds` nobody counts its missing heartbeats. */
export async function handOverPlace(
  on: Connection,
  executorId: number,
  epoch: string,
): Promise<void> {
  await on.query(
    `update executors set restart = 'hand_over', restart_at = date_trunc('milliseconds', clock_timestamp())
     where id = $1 and epoch = $2`,
    [executorId, epoch],
  );
}

export interface RestartState {
  /** Of the process that is there now. */
  readonly startedAt: Date;
  readonly secondsSinceBeat: number;
  readonly restart: RestartWish | null;
}

/** Null when there is no such executor. */
export async function restartState(
  on: Connection,
  executorId: number,
): Promise<RestartState | null> {
  const [row] = await on.query<Omit<RestartState, 'restart'> & RestartColumns>(
    `select started_at, extract(epoch from clock_timestamp() - beat_at)::float8 as seconds_since_beat,
       restart, restart_by, restart_at
     from executors where id = $1`,
    [executorId],
  );
  if (row === undefined) return null;
  const { startedAt, secondsSinceBeat, ...wish } = row;
  return { startedAt, secondsSinceBeat, restart: restartWish(wish) };
}

/** How many of these executions are still claimed, how many have ended, and how many were lost or canceled. */
export async function countByFate(
  on: Connection,
  executionIds: readonly number[],
): Promise<{ wentOver: number; ended: number; lost: number }> {
  const [row] = await on.query<{ wentOver: number; ended: number; lost: number }>(
    `select count(*) filter (where status = 'claimed') as went_over,
       count(*) filter (where status = 'finished') as ended,
       count(*) filter (where status in ('lost', 'canceled')) as lost
     from executions where id = any($1)`,
    [executionIds],
  );
  return row ?? { wentOver: 0, ended: 0, lost: 0 };
}
