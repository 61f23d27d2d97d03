/** Writes off all that an executor holds of which nobody hears any more. */
import { inTransaction } from '../operations/in-transaction.ts';
import { writeOff } from '../operations/write-off.ts';
import { claimedBy } from '../store/executions.ts';
import { unreachable } from './lost-evidence.ts';
import type { Log } from '../log.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Database } from '../store/database.ts';
import type { HeardExecutor } from '../store/executors.ts';

/**
 * Returns at once: as long as it takes, the other executors are to be watched. One that is still
 * silent at the next look is tried again.
 */
export function createWriteOff(
  db: Database,
  facts: () => Promise<EngineFacts>,
  log: Log,
): (executor: HeardExecutor) => void {
  const underWay = new Set<number>();

  async function writeOffAll(executor: HeardExecutor): Promise<void> {
    const { id, host, beatAt } = executor;
    const evidence = unreachable(host, beatAt);
    try {
      const now = await facts();
      for (const { executionId, ...claim } of await claimedBy(db, id)) {
        const lost = { executionId, ...claim, ...evidence };
        const gone = await inTransaction(db, (tx) => writeOff(tx, executor, lost, now));
        if (gone) log.error({ executionId, host }, 'an execution was lost');
      }
    } catch (error) {
      log.warn({ err: error, host }, 'a silent host waits to be written off');
    } finally {
      underWay.delete(id);
    }
  }

  return (executor) => {
    if (underWay.has(executor.id)) return;
    underWay.add(executor.id);
    void writeOffAll(executor);
  };
}
