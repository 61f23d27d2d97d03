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

/**
 * Latest first, locked. One that somebody moves just now is told of the next time. They are looked for among the
 * instances that are open: an index of when they are due would be written at every launch, and keep the end of a token
 * from taking the place of what it was.
 */
export function lockLateTokens(tx: Tx, limit: number): Promise<LateToken[]> {
  return tx.query<LateToken>(
    `with late as materialized (
       select t.id from instances i, lateral (
         select id, expected_at from tokens
         where instance_id = i.id and expected_at <= clock_timestamp()
           and status in ('working', 'waiting')
         -- Of each by itself: all tokens there ever were would be read for those of many that are open.
         offset 0) t
       where i.status in ('working', 'error') order by t.expected_at limit $1)
     select id, instance_id, context,
       (extract(epoch from clock_timestamp() - created_at) / 60)::float8 as age
     from tokens
     where id = any(array(select id from late)) and expected_at <= clock_timestamp()
       and status in ('working', 'waiting')
     order by expected_at for no key update skip locked`,
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
       where id = any(array(select "tokenId" from input))
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
