/** Executors for reading: with the secrets of their commands masked, and when each will be empty. */
import { drainEstimate } from '../operations/drain-estimate.ts';
import { showExecutor } from '../operations/show.ts';
import { listWorkers, type WorkerFilter } from '../store/worker-list.ts';
import type { EstimatedExecutor } from '../messages/executor-text.ts';
import type { Connection } from '../store/database.ts';
import type { Shell } from './shell.ts';

/** `total`: of all that are wanted, shown or not. */
export async function shownExecutors(
  { facts }: Shell,
  on: Connection,
  which: WorkerFilter,
): Promise<{ total: number; executors: EstimatedExecutor[] }> {
  const { total, executors } = await listWorkers(on, which);
  return {
    total,
    executors: executors.map((executor) => ({
      ...showExecutor(executor, facts),
      estimate: drainEstimate(executor.workers.flatMap(({ running }) => running ?? [])),
    })),
  };
}
