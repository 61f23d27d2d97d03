/** Maintenances that tokens wait for, with how far each has come. */
import type { Tx } from './database.ts';

export interface Maintenance {
  readonly tokenId: number;
  readonly tokenKey: string;
  readonly attempt: number;
  readonly instanceId: number;
  readonly name: string;
  /** Id of the row that the last batch ended with; 0 before the first. */
  readonly position: number;
  /** Rows that it has dealt with. */
  readonly done: number;
  /** The token waits for it still. */
  readonly wanted: boolean;
}

/** For tokens of an instance that have just come to wait; by their keys. */
export async function insertMaintenances(
  tx: Tx,
  instanceId: number,
  wanted: readonly { readonly key: string; readonly name: string }[],
): Promise<void> {
  await tx.query(
    `insert into maintenances (token_id, attempt, instance_id, name)
     select t.id, t.attempt, t.instance_id, w.name
     from unnest($2::text[], $3::text[]) as w (key, name)
       join tokens t on t.instance_id = $1 and t.key = w.key`,
    [instanceId, wanted.map(({ key }) => key), wanted.map(({ name }) => name)],
  );
}

/** Locks the oldest that nobody is at, for one batch; null when there is none. */
export async function takeMaintenance(tx: Tx): Promise<Maintenance | null> {
  const [row] = await tx.query<Maintenance>(
    `select m.token_id, coalesce(t.key, '') as token_key, m.attempt, m.instance_id, m.name,
       m.position, m.done, coalesce(t.attempt = m.attempt and t.status = 'waiting', false) as wanted
     from maintenances m left join tokens t on t.id = m.token_id
     order by m.created_at, m.token_id limit 1
     for update of m skip locked`,
  );
  return row ?? null;
}

export async function noteMaintained(
  tx: Tx,
  { tokenId, attempt }: Maintenance,
  { position, done }: Pick<Maintenance, 'position' | 'done'>,
): Promise<void> {
  await tx.query(
    'update maintenances set position = $3, done = $4 where token_id = $1 and attempt = $2',
    [tokenId, attempt, position, done],
  );
}

/** Whether it was there: somebody else may have ended it. */
export async function deleteMaintenance(
  tx: Tx,
  { tokenId, attempt }: Pick<Maintenance, 'tokenId' | 'attempt'>,
): Promise<boolean> {
  const rows = await tx.query(
    'delete from maintenances where token_id = $1 and attempt = $2 returning 1',
    [tokenId, attempt],
  );
  return rows.length > 0;
}
