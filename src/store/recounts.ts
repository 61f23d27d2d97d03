/** Recounts: each day's ledger, counted again by other means. */
import { storableJson } from './storable.ts';
import type { Connection } from './database.ts';

/** A day in UTC, as `2026-11-28`. */
export type RecountDay = string;

export interface Recount {
  readonly day: RecountDay;
  /** Minutes that were due, and how many of them have exactly one row. */
  readonly due: number;
  readonly accounted: number;
  readonly differences: readonly Difference[];
  readonly countedAt: Date;
}

/** What is not as it should be about minutes of one schedule. */
export interface Difference {
  readonly scheduleId: number;
  readonly definitionId: number;
  readonly cron: string;
  readonly problem: 'missing' | 'twice' | 'not_due' | 'miscounted';
  readonly count: number;
  /** The first of them, ISO 8601. */
  readonly first: string;
}

/** Whether the day is the caller's to count: it was counted by nobody, or begun long ago by one who is gone. */
export async function beginRecount(
  on: Connection,
  day: RecountDay,
  goneAfterSeconds: number,
): Promise<boolean> {
  const rows = await on.query(
    `insert into recounts as r (day) values ($1)
     on conflict (day) do update set begun_at = clock_timestamp()
       where r.counted_at is null
         and r.begun_at < clock_timestamp() - make_interval(secs => $2)
     returning 1`,
    [day, goneAfterSeconds],
  );
  return rows.length > 0;
}

export async function isRecounted(on: Connection, day: RecountDay): Promise<boolean> {
  const rows = await on.query('select from recounts where day = $1 and counted_at is not null', [
    day,
  ]);
  return rows.length > 0;
}

export async function writeRecount(
  on: Connection,
  { day, due, accounted, differences }: Omit<Recount, 'countedAt'>,
): Promise<boolean> {
  const rows = await on.query(
    `update recounts set due = $2, accounted = $3, differences = $4, counted_at = clock_timestamp()
     where day = $1 and counted_at is null returning 1`,
    [day, due, accounted, storableJson(differences)],
  );
  return rows.length > 0;
}

/** Newest first. */
export function latestRecounts(on: Connection, limit: number): Promise<Recount[]> {
  return on.query(
    `select to_char(day, 'YYYY-MM-DD') as day, due, accounted, differences, counted_at
     from recounts where counted_at is not null order by day desc limit $1`,
    [limit],
  );
}
