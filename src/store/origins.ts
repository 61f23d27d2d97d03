/** Where definitions came from: so that another import knows its own again. */
import type { Connection, Tx } from './database.ts';

/** Of those that have one, by id. */
export function originsOf(
  on: Connection,
  ids: readonly number[],
): Promise<{ definitionId: number; origin: string }[]> {
  return on.query(
    `select definition_id, origin from definition_origins where definition_id = any($1)
     order by definition_id`,
    [ids],
  );
}

/** Definitions from there that are not among these, and not deleted here. */
export function othersFrom(
  on: Connection,
  origin: string,
  ids: readonly number[],
): Promise<{ id: number; name: string }[]> {
  return on.query(
    `select d.id, d.name from definition_origins o join definitions d on d.id = o.definition_id
     where o.origin = $1 and d.id <> all($2::bigint[]) and d.deleted_at is null order by d.id`,
    [origin, ids],
  );
}

export async function setOrigin(tx: Tx, ids: readonly number[], origin: string): Promise<void> {
  await tx.query(
    `insert into definition_origins (definition_id, origin) select unnest($1::bigint[]), $2
     on conflict (definition_id) do update set origin = excluded.origin, imported_at = now()`,
    [ids, origin],
  );
}
