/** What waiting tokens wait for: instances of other definitions, created in a period. */
import { storableJson } from './storable.ts';
import type { Connection, Tx } from './database.ts';
import type { InstanceStatus } from './instances.ts';
import type { Period } from '../workflow/task/wait.ts';

export interface NewAwait {
  /** Of the token. */
  readonly key: string;
  readonly attempt: number;
  /** Its place among those of the token. */
  readonly number: number;
  readonly definitionId: number;
  readonly period: Period;
  readonly from: Date;
  /** Not part of the period any more. */
  readonly before: Date;
  /** Only instances count that are younger than the launch before of the waiting definition. */
  readonly afterLaunch: boolean;
  readonly onFailure: boolean;
}

/** The tokens are written before. */
export async function insertAwaits(
  tx: Tx,
  instanceId: number,
  awaits: readonly NewAwait[],
): Promise<void> {
  await tx.query(
    `insert into awaits (token_id, attempt, number, definition_id, period, created_from,
       created_before, on_failure)
     select t.id, a.attempt, a.number, a."definitionId", a.period,
       case when a."afterLaunch" then greatest(a."from", before_this.created_at) else a."from" end,
       a.before, a."onFailure"
     from jsonb_to_recordset($2::jsonb) as a (key text, attempt int, number int,
         "definitionId" bigint, period text, "from" timestamptz, before timestamptz,
         "afterLaunch" boolean, "onFailure" boolean)
       join tokens t on t.instance_id = $1 and t.key = a.key
       left join lateral (
         select p.created_at + interval '1 microsecond' as created_at from instances p
         where p.definition_id = (select definition_id from instances where id = $1)
           and p.id < $1 and p.prevented_by is null
         order by p.id desc limit 1) before_this on true`,
    [instanceId, storableJson(awaits)],
  );
}

export async function deleteAwaits(tx: Tx, tokenIds: readonly number[]): Promise<void> {
  await tx.query('delete from awaits where token_id = any($1)', [tokenIds]);
}

export async function definitionsAwaited(
  on: Connection,
  tokenId: number,
  attempt: number,
): Promise<number[]> {
  const rows = await on.query<{ definitionId: number }>(
    'select distinct definition_id from awaits where token_id = $1 and attempt = $2',
    [tokenId, attempt],
  );
  return rows.map(({ definitionId }) => definitionId);
}

/** Instances that are launched from the commit on will say when they end. */
export async function markDefinitionsAwaited(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.query(
    `update definitions set awaited = true where id in (
       select id from definitions where id = any($1) and not awaited
       order by id for no key update)`,
    [ids],
  );
}

/** So will those that are open: once that is committed, none ends unheard. */
export async function markInstancesAwaited(
  tx: Tx,
  definitionIds: readonly number[],
): Promise<void> {
  await tx.query(
    `update instances set awaited = true where id in (
       select id from instances
       where definition_id = any($1) and status in ('working', 'error') and not awaited
       order by id for no key update)`,
    [definitionIds],
  );
}

export interface AwaitingToken {
  readonly tokenId: number;
  readonly attempt: number;
}

/** Who waits for instances like this one. */
export function tokensAwaiting(on: Connection, instanceId: number): Promise<AwaitingToken[]> {
  return on.query<AwaitingToken>(
    `select distinct a.token_id, a.attempt
     from instances i join awaits a on a.definition_id = i.definition_id and a.instance_id is null
     where i.id = $1 and i.created_at >= a.created_from and i.created_at < a.created_before
     order by a.token_id, a.attempt`,
    [instanceId],
  );
}

/** Notes for each job of a waiting token the first instance that has succeeded; returns the new ones. */
export function receiveInstances(
  tx: Tx,
  { tokenId, attempt }: AwaitingToken,
): Promise<{ definitionId: number; instanceId: number }[]> {
  return tx.query(
    `update awaits a set instance_id = i.id
     from awaits b, lateral (
       select id from instances
       where definition_id = b.definition_id and status = 'success'
         and created_at >= b.created_from and created_at < b.created_before
       order by created_at limit 1) i
     where b.token_id = $1 and b.attempt = $2 and b.instance_id is null
       and a.token_id = b.token_id and a.attempt = b.attempt and a.number = b.number
     returning a.definition_id, a.instance_id`,
    [tokenId, attempt],
  );
}

export interface OpenAwait {
  readonly definitionId: number;
  readonly onFailure: boolean;
  /** It was not deleted, and an instance of it may still come, or end. */
  readonly possible: boolean;
  /** The newest of its instances that count, where it has failed; one that still runs is waited for. */
  readonly failedId: number | null;
  readonly failedStatus: InstanceStatus | null;
}

/** The jobs of a waiting token of which no instance has succeeded. */
export function openAwaits(tx: Tx, { tokenId, attempt }: AwaitingToken): Promise<OpenAwait[]> {
  return tx.query<OpenAwait>(
    `select a.definition_id, a.on_failure,
       exists (select from definitions where id = a.definition_id and deleted_at is null)
         or exists (select from instances
           where definition_id = a.definition_id and status in ('working', 'error')
             and created_at >= a.created_from and created_at < a.created_before) as possible,
       failed.id as failed_id, failed.status as failed_status
     from awaits a left join lateral (
       select n.id, n.status from (
         select id, status, prevented_by from instances
         where definition_id = a.definition_id
           and created_at >= a.created_from and created_at < a.created_before
         order by id desc limit 1) n
       where n.status in ('error', 'canceled')
         -- One that was in the way may do it yet.
         and not exists (select from instances where id = n.prevented_by and status = 'working')
       ) failed on true
     where a.token_id = $1 and a.attempt = $2 and a.instance_id is null
     order by a.number`,
    [tokenId, attempt],
  );
}
