/** What one instance says to another: a row in the transaction of what it tells, consumed once. */
import { storableJson } from './storable.ts';
import type { Connection, Tx } from './database.ts';
import type { DefinitionReference } from '../workflow/task/sub-process.ts';

export type InstanceEvent =
  /** A step wants an instance launched. */
  | (OfStep & { readonly kind: 'launch_child'; readonly payload: DefinitionReference })
  /** A step waits for instances: see `awaits`. */
  | (OfStep & { readonly kind: 'await' })
  /** The instance that a step had launched has ended. */
  | (OfStep & { readonly kind: 'child_ended'; readonly instanceId: number })
  /** The instance that a step had launched is not wanted any more. */
  | (OfStep & { readonly kind: 'cancel_child'; readonly instanceId: number })
  /** An instance has ended or failed for which somebody may wait. */
  | { readonly id: number; readonly kind: 'instance_ended'; readonly instanceId: number };

interface OfStep {
  readonly id: number;
  readonly tokenId: number;
  readonly attempt: number;
}

/** What a step says as it begins to wait. */
export interface StepWish {
  /** Of its token. */
  readonly key: string;
  readonly attempt: number;
  readonly kind: 'launch_child' | 'await';
  readonly payload: DefinitionReference | null;
}

/** The tokens are written before. */
export async function insertStepWishes(
  tx: Tx,
  instanceId: number,
  wishes: readonly StepWish[],
): Promise<void> {
  await tx.query(
    `with said as (
       insert into events (kind, token_id, attempt, payload)
       select w.kind, t.id, w.attempt, coalesce(w.payload, '{}')
       from jsonb_to_recordset($2::jsonb) as w (key text, attempt int, kind text, payload jsonb)
         join tokens t on t.instance_id = $1 and t.key = w.key
       on conflict (token_id, attempt, kind) do nothing
       returning 1)
     select pg_notify('kuroko_wake', '') where exists (select from said)`,
    [instanceId, storableJson(wishes)],
  );
}

/** For every instance that this one has launched and that has not ended, whatever became of its step. */
export async function insertChildCancels(tx: Tx, instanceId: number): Promise<void> {
  await tx.query(
    `with said as (
       insert into events (kind, token_id, attempt, instance_id)
       select 'cancel_child', t.id, c.parent_attempt, c.id
       from tokens t join instances c on c.parent_token_id = t.id
       where t.instance_id = $1 and c.status in ('working', 'error')
       on conflict (token_id, attempt, kind) do nothing
       returning 1)
     select pg_notify('kuroko_wake', '') where exists (select from said)`,
    [instanceId],
  );
}

/**
 * What whoever changes the status of instances writes in the same statement, unless it knows under their lock that
 * nobody waits for them; `changed` names them as they are now. That it may be awaited is written in the instance
 * itself: a table of who waits would be read as it was when the statement began.
 */
export const insertEnds = (changed: string): string => `
  insert into events (kind, token_id, attempt, instance_id)
  select 'child_ended', parent_token_id, parent_attempt, id from ${changed}
  where parent_token_id is not null and status in ('success', 'canceled')
  union all
  select 'instance_ended', null, null, id from ${changed}
  where awaited and status in ('error', 'success', 'canceled')
  returning 1`;

/** Oldest first. Not locked: see `takeEvent`. */
export function openEvents(on: Connection, limit: number): Promise<InstanceEvent[]> {
  return on.query<InstanceEvent>(
    `select id, kind, token_id, attempt, instance_id, payload from events
     where consumed_at is null and available_at <= clock_timestamp()
     order by available_at, id limit $1`,
    [limit],
  );
}

/** False when somebody else has consumed it, or is about to. */
export async function takeEvent(tx: Tx, id: number): Promise<boolean> {
  const rows = await tx.query(
    `update events set consumed_at = clock_timestamp()
     where id = (select id from events where id = $1 and consumed_at is null for update skip locked)
     returning 1`,
    [id],
  );
  return rows.length > 0;
}

export async function postponeEvent(on: Connection, id: number, seconds: number): Promise<void> {
  await on.query(
    `update events set available_at = clock_timestamp() + make_interval(secs => $2)
     where id = $1 and consumed_at is null`,
    [id, seconds],
  );
}
