/** Writes off what an executor holds of which nobody has heard for the length of a lease. */
import { isStillSilent, type Executor } from '../store/executors.ts';
import { lose, type LostExecution } from './lose.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';

/** False when it was heard of again, or the execution was settled otherwise. */
export async function writeOff(
  tx: Tx,
  executor: Pick<Executor, 'id' | 'epoch' | 'heartbeat'>,
  lost: LostExecution,
  facts: EngineFacts,
): Promise<boolean> {
  return (await isStillSilent(tx, executor)) && (await lose(tx, lost, facts));
}
