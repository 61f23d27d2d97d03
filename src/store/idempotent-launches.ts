/** Launches that clients named by a key of their own, so that the same one sent again is known. */
import type { InstanceStatus } from './instances.ts';
import type { Connection, Tx } from './database.ts';

export interface IdempotentLaunch {
  readonly client: string;
  readonly definitionId: number;
  readonly key: string;
  /** Of what was asked for. */
  readonly fingerprint: string;
  /** Of the instance. */
  readonly launchKey: string;
}

export interface KeptAnswer {
  readonly fingerprint: string;
  readonly instanceId: number;
  readonly status: InstanceStatus;
}

const keptFor = '24 hours';

/**
 * Takes the key for a launch; false when it has been used within 24 hours. Whoever uses it at the same
 * time is waited for.
 */
export async function takeKey(tx: Tx, launch: IdempotentLaunch): Promise<boolean> {
  const { client, definitionId, key, fingerprint, launchKey } = launch;
  const rows = await tx.query(
    `insert into idempotent_launches as known (client, definition_id, key, fingerprint, launch_key)
     values ($1, $2, $3, $4, $5)
     on conflict (client, definition_id, key) do update set fingerprint = excluded.fingerprint,
       launch_key = excluded.launch_key, instance_id = null, status = null, created_at = now()
       where known.created_at < now() - interval '${keptFor}'
     returning 1`,
    [client, definitionId, key, fingerprint, launchKey],
  );
  return rows.length > 0;
}

export async function keptAnswer(
  tx: Tx,
  { client, definitionId, key }: IdempotentLaunch,
): Promise<KeptAnswer> {
  const [row] = await tx.query<KeptAnswer>(
    `select fingerprint, instance_id, status from idempotent_launches
     where client = $1 and definition_id = $2 and key = $3`,
    [client, definitionId, key],
  );
  if (row === undefined) throw new Error('a key that was taken is gone');
  return row;
}

export async function keepAnswer(
  tx: Tx,
  { client, definitionId, key }: IdempotentLaunch,
  { instanceId, status }: Omit<KeptAnswer, 'fingerprint'>,
): Promise<void> {
  await tx.query(
    `update idempotent_launches set instance_id = $4, status = $5
     where client = $1 and definition_id = $2 and key = $3`,
    [client, definitionId, key, instanceId, status],
  );
}

/** Removes some that are too old to count. Returns how many. */
export async function forgetIdempotentLaunches(on: Connection, limit: number): Promise<number> {
  const rows = await on.query(
    `delete from idempotent_launches where ctid in (
       select ctid from idempotent_launches where created_at < now() - interval '${keptFor}'
       order by created_at limit $1 for update skip locked)
     returning 1`,
    [limit],
  );
  return rows.length;
}
