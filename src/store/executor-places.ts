/** Executors that have a place, as whoever wants to restart one sees them. */
import { restartWish, type RestartColumns, type RestartWish } from './restarts.ts';
import type { ExecutorKind } from './executors.ts';
import type { Connection } from './database.ts';

export interface ExecutorPlaceRow {
  readonly id: number;
  readonly host: string;
  readonly queue: string;
  readonly kind: ExecutorKind;
  readonly startedAt: Date;
  readonly secondsSinceBeat: number;
  readonly restart: RestartWish | null;
}

type Row = Omit<ExecutorPlaceRow, 'restart'> & RestartColumns;

const columns = `id, host, queue, kind, started_at,
  extract(epoch from clock_timestamp() - beat_at)::float8 as seconds_since_beat,
  restart, restart_by, restart_at`;

const placeOf = ({ restart, restartBy, restartAt, ...row }: Row): ExecutorPlaceRow => ({
  ...row,
  restart: restartWish({ restart, restartBy, restartAt }),
});

/** Null when there is none of that id, or it has left. */
export async function executorPlace(
  on: Connection,
  executorId: number,
): Promise<ExecutorPlaceRow | null> {
  const [row] = await on.query<Row>(
    `select ${columns} from executors where id = $1 and left_at is null`,
    [executorId],
  );
  return row === undefined ? null : placeOf(row);
}

/** Those of a host, or of a queue, or all, in order of host and queue. */
export async function executorPlaces(
  on: Connection,
  of: { readonly host: string | null; readonly queue: string | null },
): Promise<ExecutorPlaceRow[]> {
  const rows = await on.query<Row>(
    `select ${columns} from executors
     where left_at is null and ($1::text is null or host = $1) and ($2::text is null or queue = $2)
     order by host, queue limit 100`,
    [of.host, of.queue],
  );
  return rows.map(placeOf);
}
