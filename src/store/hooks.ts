/** Hooks: addresses that launch a definition for whoever can sign with their secret. */
import { storableJson } from './storable.ts';
import type { InstanceStatus } from './instances.ts';
import type { Connection, Tx } from './database.ts';

/** Without its secret, which is shown once and then only used. */
export interface Hook {
  readonly id: number;
  readonly definitionId: number;
  readonly name: string;
  /** Names of environment variables, each with the place of its value in the body. */
  readonly mapping: Readonly<Record<string, string>>;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly rotatedAt: Date | null;
  /** Until then the secret before the last rotation is taken, too; null: not any more. */
  readonly formerUntil: Date | null;
  readonly lastUsedAt: Date | null;
}

const columns = `id, definition_id, name, mapping, created_by, created_at, rotated_at,
  case when former_until > now() then former_until end as former_until, last_used_at`;

/** Of a definition, by id. */
export function hooksOf(on: Connection, definitionId: number): Promise<Hook[]> {
  return on.query(
    `select ${columns} from hooks where definition_id = $1 and removed_at is null order by id`,
    [definitionId],
  );
}

/** Locks it against another launch and change; null when there is none, or not any more. */
export async function lockHook(tx: Tx, id: number): Promise<Hook | null> {
  const [row] = await tx.query<Hook>(
    `select ${columns} from hooks where id = $1 and removed_at is null for no key update`,
    [id],
  );
  return row ?? null;
}

/**
 * What signatures are checked with: the secret, and the one before it while it is taken. Of no hook both
 * are null: a row comes back all the same, so that the answer takes as long.
 */
export async function hookSecrets(
  on: Connection,
  id: number,
): Promise<{ secret: string | null; former: string | null }> {
  const [row] = await on.query<{ secret: string | null; former: string | null }>(
    `select h.secret, case when h.former_until > now() then h.former_secret end as former
     from (values (true)) as always left join hooks h on h.id = $1 and h.removed_at is null`,
    [id],
  );
  if (row === undefined) throw new Error('a row that is always there is not');
  return row;
}

export async function insertHook(
  tx: Tx,
  hook: Pick<Hook, 'definitionId' | 'name' | 'mapping' | 'createdBy'>,
  secret: string,
): Promise<Hook> {
  const [row] = await tx.query<Hook>(
    `insert into hooks (definition_id, name, mapping, created_by, secret)
     values ($1, $2, $3::jsonb, $4, $5) returning ${columns}`,
    [hook.definitionId, hook.name, storableJson(hook.mapping), hook.createdBy, secret],
  );
  if (row === undefined) throw new Error('a hook could not be inserted');
  return row;
}

/** The secret before is taken for that many seconds more. */
export async function replaceHookSecret(
  tx: Tx,
  id: number,
  secret: string,
  formerSeconds: number,
): Promise<Hook> {
  const [row] = await tx.query<Hook>(
    `update hooks set former_secret = secret, former_until = now() + $3 * interval '1 second',
       secret = $2, rotated_at = now()
     where id = $1 returning ${columns}`,
    [id, secret, formerSeconds],
  );
  if (row === undefined) throw new Error('a hook that was locked is gone');
  return row;
}

/** Its secrets go, and what it was sent: nobody can send that again. */
export async function removeHook(tx: Tx, id: number): Promise<void> {
  await tx.query(
    `update hooks set removed_at = now(), secret = '', former_secret = null, former_until = null
     where id = $1`,
    [id],
  );
  await tx.query('delete from hook_deliveries where hook_id = $1', [id]);
}

/** What a hook was sent under an id, and answered. */
export interface HookDelivery {
  readonly deliveryId: string;
  /** SHA-256. */
  readonly bodyDigest: Buffer;
  readonly instanceId: number;
  readonly status: InstanceStatus;
}

export async function findDelivery(
  on: Connection,
  hookId: number,
  deliveryId: string,
): Promise<HookDelivery | null> {
  const [row] = await on.query<HookDelivery>(
    `select delivery_id, body_digest, instance_id, status from hook_deliveries
     where hook_id = $1 and delivery_id = $2`,
    [hookId, deliveryId],
  );
  return row ?? null;
}

/** Of a hook, within the last seconds. */
export async function deliveriesWithin(
  on: Connection,
  hookId: number,
  seconds: number,
): Promise<number> {
  const [row] = await on.query<{ count: number }>(
    `select count(*) from hook_deliveries
     where hook_id = $1 and at > clock_timestamp() - $2 * interval '1 second'`,
    [hookId, seconds],
  );
  return row?.count ?? 0;
}

/** Remembers it, and forgets those of the hook that are older than `keptDays`. */
export async function insertDelivery(
  tx: Tx,
  hookId: number,
  delivery: HookDelivery,
  keptDays: number,
): Promise<void> {
  await tx.query(
    `delete from hook_deliveries
     where hook_id = $1 and at < clock_timestamp() - $2 * interval '1 day'`,
    [hookId, keptDays],
  );
  await tx.query(
    `insert into hook_deliveries (hook_id, delivery_id, body_digest, instance_id, status)
     values ($1, $2, $3, $4, $5)`,
    [hookId, delivery.deliveryId, delivery.bodyDigest, delivery.instanceId, delivery.status],
  );
  await tx.query('update hooks set last_used_at = now() where id = $1', [hookId]);
}
