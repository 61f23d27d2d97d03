/** Stops what nobody wants to hear of any more: commands whose execution was written off meanwhile. */
import { claimedAmong } from '../store/executions.ts';
import type { Log } from '../log.ts';
import type { Guardian } from '../processes/guardian.ts';
import type { Connection } from '../store/database.ts';

/**
 * A claim is committed before its command is started, so a command that runs without one is of a
 * host that was given up for dead, and may run a second time elsewhere already.
 */
export async function stopRefused(
  db: Connection,
  guardian: Pick<Guardian, 'stop' | 'epoch'>,
  running: readonly number[],
  graceMs: number,
  log: Log,
): Promise<void> {
  if (running.length === 0) return;
  const claimed = new Set(await claimedAmong(db, running, guardian.epoch));
  for (const id of running) {
    if (claimed.has(id)) continue;
    log.warn({ executionId: id }, 'a command whose claim is gone is stopped');
    void guardian.stop(id, graceMs).catch((error: unknown) => {
      log.error({ err: error, executionId: id }, 'a command could not be stopped');
    });
  }
}
