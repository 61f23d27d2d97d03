/** The log of an instance: what the engine did and decided, line by line. */
import { storableText } from './storable.ts';
import type { LogLevel } from '../workflow/effect.ts';
import type { Masked } from '../workflow/mask.ts';
import type { Connection, Tx } from './database.ts';

export interface LogLine {
  readonly id: number;
  readonly at: Date;
  readonly level: LogLevel;
  readonly message: string;
  readonly tokenId: number | null;
}

export async function insertLog(
  tx: Tx,
  line: { instanceId: number; tokenId?: number | null; level: LogLevel; message: Masked },
): Promise<void> {
  await tx.query(
    'insert into logs (instance_id, token_id, level, message) values ($1, $2, $3, $4)',
    [line.instanceId, line.tokenId ?? null, line.level, storableText(line.message)],
  );
}

/** The last `limit` lines after a line's id, oldest first. */
export function logsOf(
  on: Connection,
  instanceId: number,
  { after = 0, limit = 1_000 }: { after?: number; limit?: number } = {},
): Promise<LogLine[]> {
  return on.query<LogLine>(
    `select * from (
       select id, at, level, message, token_id from logs
       where instance_id = $1 and id > $2 order by id desc limit $3) newest
     order by id`,
    [instanceId, after, limit],
  );
}

/** The first `limit` lines after a line's id, oldest first. */
export function logsAfter(
  on: Connection,
  instanceId: number,
  after: number,
  limit: number,
): Promise<LogLine[]> {
  return on.query<LogLine>(
    `select id, at, level, message, token_id from logs
     where instance_id = $1 and id > $2 order by id limit $3`,
    [instanceId, after, limit],
  );
}

/** The last line of level ERROR about a token. */
export async function lastError(
  on: Connection,
  { id, instanceId }: { readonly id: number; readonly instanceId: number },
): Promise<string | null> {
  const [row] = await on.query<{ message: string }>(
    `select message from logs where instance_id = $1 and token_id = $2 and level = 'ERROR'
     order by id desc limit 1`,
    [instanceId, id],
  );
  return row?.message ?? null;
}
