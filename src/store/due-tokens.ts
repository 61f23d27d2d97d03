/** Tokens that asked to be woken. */
import type { Connection } from './database.ts';

/** How often whoever wakes them looks anyway: only what is due sooner is worth a NOTIFY. */
export const wakersLookEverySeconds = 5;

export interface DueToken {
  readonly id: number;
  readonly instanceId: number;
  readonly key: string;
}

/** Longest due first. Not locked: whoever wakes one locks its instance and looks again. */
export function dueTokens(on: Connection, limit: number): Promise<DueToken[]> {
  return on.query<DueToken>(
    `select id, instance_id, key from tokens where wake_at <= clock_timestamp()
     order by wake_at limit $1`,
    [limit],
  );
}

/** Whether it is due still: a locked token moves no more. */
export async function isDue(on: Connection, tokenId: number): Promise<boolean> {
  const rows = await on.query('select from tokens where id = $1 and wake_at <= clock_timestamp()', [
    tokenId,
  ]);
  return rows.length > 0;
}

/**
 * Milliseconds until the next is due, or is told something; null when none is to come. Each
 * is the first entry of an index.
 */
export async function nextDueMs(on: Connection): Promise<number | null> {
  const [row] = await on.query<{ ms: number | null }>(
    `select (extract(epoch from least(
       (select min(wake_at) from tokens where wake_at is not null),
       (select min(available_at) from events where consumed_at is null)
     ) - clock_timestamp()) * 1000)::float8 as ms`,
  );
  return row?.ms ?? null;
}

/** Lets it be due again later. */
export async function postpone(on: Connection, tokenId: number, seconds: number): Promise<void> {
  await on.query(
    `update tokens set wake_at = clock_timestamp() + make_interval(secs => $2)
     where id = $1 and wake_at is not null`,
    [tokenId, seconds],
  );
}
