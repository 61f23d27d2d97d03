/** Counts for whoever watches Kuroko from outside. */
import type { Connection } from './database.ts';

export async function countOpenInstances(
  on: Connection,
): Promise<{ working: number; error: number }> {
  const [row] = await on.query<{ working: number; error: number }>(
    `select count(*) filter (where status = 'working') as working,
       count(*) filter (where status = 'error') as error
     from instances where status in ('working', 'error')`,
  );
  return row ?? { working: 0, error: 0 };
}

/** For each queue that an executor serves or something waits in: how many wait for longer than that. */
export function countWaiting(
  on: Connection,
  seconds: number,
): Promise<{ queue: string; count: number }[]> {
  return on.query(
    `select queue, (select count(*) from executions e where e.status = 'pending'
         and e.queue = known.queue
         and e.created_at < clock_timestamp() - make_interval(secs => $1)) as count
     from (select queue from executors
           union select queue from executions where status = 'pending') known
     order by queue`,
    [seconds],
  );
}
