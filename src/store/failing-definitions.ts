/** Definitions that have failed and not succeeded since: the first success is told of as such. */
import type { Tx } from './database.ts';

/** Notes that these have failed; what fails in a step is noted by its commit. */
export async function noteFailing(tx: Tx, definitionIds: readonly number[]): Promise<void> {
  if (definitionIds.length === 0) return;
  await tx.query(
    `insert into failing_definitions (definition_id)
     select distinct id from unnest($1::bigint[]) as d (id) order by id
     on conflict do nothing`,
    [definitionIds],
  );
}

/** True for the first success; an instance that was too late for that is no longer taken for it. */
export async function endFailing(
  tx: Tx,
  { id, definitionId }: { readonly id: number; readonly definitionId: number },
): Promise<boolean> {
  const first = await tx.query(
    'delete from failing_definitions where definition_id = $1 returning 1',
    [definitionId],
  );
  if (first.length > 0) return true;
  await tx.query('update instances set after_failure = false where id = $1', [id]);
  return false;
}
