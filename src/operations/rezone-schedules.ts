/** The configured time zone changes: schedules without one of their own are due at other times from now on. */
import { lockDefinitions } from '../store/definitions.ts';
import { definitionsInConfiguredZone, scheduleNow } from '../store/schedules.ts';
import { databaseClock, type Clock } from './clock.ts';
import { replan, settleSchedules } from './settle-schedules.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';

/**
 * `change` publishes the new zone. Minutes up to now are accounted for in the old one: yesterday's
 * 02:30 in the new one was never due.
 */
export async function rezoneSchedules(
  tx: Tx,
  facts: EngineFacts,
  change: () => Promise<void>,
  clock: Clock = databaseClock,
): Promise<void> {
  const ids = await definitionsInConfiguredZone(tx);
  await lockDefinitions(tx, ids);
  const now = await scheduleNow(tx, clock());
  for (const id of ids) await settleSchedules(tx, id, now, facts);
  await change();
  for (const id of ids) await replan(tx, id, facts);
}
