/** How much memory a definition is expected to need. */
import type { Connection } from './database.ts';

/** As many of the newest instances are looked at. */
const looked = 20;

/**
 * Bytes: the most that a command of its newest instances held at once, as Kuroko2's `memory_expectancy` has it (its
 * maximum is over all instances that are kept). Null when none was measured.
 */
export async function memoryExpectancy(
  on: Connection,
  definitionId: number,
): Promise<number | null> {
  const [row] = await on.query<{ bytes: number | null }>(
    `select max(e.peak_memory) as bytes
     from (select id from instances where definition_id = $1 and prevented_by is null
           order by id desc limit ${looked}) i
     join executions e on e.instance_id = i.id`,
    [definitionId],
  );
  return row?.bytes ?? null;
}
