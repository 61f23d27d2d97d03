/** Tokens that are older than was expected of them. */
import { storableJson } from './storable.ts';
import type { Tx } from './database.ts';
import type { Notice } from './outbox.ts';
import type { TokenContext } from '../workflow/token.ts';

export interface LateToken {
  readonly id: number;
  readonly instanceId: number;
  readonly context: TokenContext;
  /** Minutes since the token was begun. */
  readonly age: number;
}

/** Latest first, locked. One that somebody moves just now is told of the next time. */
export function lockLateTokens(tx: Tx, limit: number): Promise<LateToken[]> {
  return tx.query<LateToken>(
    `select id, instance_id, context,
       (extract(epoch from clock_timestamp() - created_at) / 60)::float8 as age
     from tokens where expected_at <= clock_timestamp() and status in ('working', 'waiting')
     order by expected_at limit $1 for no key update skip locked`,
    [limit],
  );
}

export interface LateWarning {
  readonly tokenId: number;
  readonly instanceId: number;
  readonly message: string;
  readonly notice: Notice;
}

/** Says so, and asks to be reminded. The version stays: nobody's button becomes stale by it. */
export async function insertLateWarnings(
  tx: Tx,
  warnings: readonly LateWarning[],
  again: { readonly seconds: number },
): Promise<void> {
  await tx.query(
    `with input as (
       select * from jsonb_to_recordset($1::jsonb) as r ("tokenId" bigint, "instanceId" bigint,
         message text, notice jsonb)
     ), reminded as (
       update tokens set expected_at = clock_timestamp() + make_interval(secs => $2)
       where id in (select "tokenId" from input)
     ), logged as (
       insert into logs (instance_id, token_id, level, message)
       select "instanceId", "tokenId", 'INFO', message from input
     ), noticed as (
       insert into outbox (target, event, instance_id, token_id, payload)
       select 'slack', notice->>'event', "instanceId", "tokenId", notice->'payload' from input
     )
     select pg_notify('kuroko_outbox', '')`,
    [storableJson(warnings), again.seconds],
  );
}
