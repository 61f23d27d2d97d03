/** Launches what is due: a batch in each transaction; what cannot be launched is set aside and holds up nobody. */
import { isTrouble, type Database, type Tx } from '../store/database.ts';
import { findDefinition } from '../store/definitions.ts';
import { insertScheduleNotice } from '../store/outbox.ts';
import {
  claimDueSchedules,
  schedulesById,
  setScheduleAside,
  type PlannedSchedule,
} from '../store/schedules.ts';
import { account, type ScheduledLaunch } from './account.ts';
import { inTransaction } from './in-transaction.ts';
import { secretsOf } from './secrets-of.ts';
import type { Clock } from './clock.ts';
import type { EngineFacts } from './engine-facts.ts';

export interface LaunchedDue {
  /** Schedules that were dealt with. */
  readonly schedules: number;
  readonly launched: readonly ScheduledLaunch[];
  /** Others may be due. */
  readonly more: boolean;
}

export interface SetAside {
  readonly scheduleId: number;
  readonly definitionId: number;
  readonly error: unknown;
}

/**
 * At most `limit` schedules. Any number of keepers may do this at once: what one has in hand, others
 * leave to it. A batch that fails is done again one by one.
 */
export async function launchDue(
  db: Database,
  { clock, facts, limit }: { clock: Clock; facts: EngineFacts; limit: number },
  onSetAside: (aside: SetAside) => void,
): Promise<LaunchedDue> {
  let ids: readonly number[] = [];
  try {
    return await inTransaction(db, async (tx) => {
      const claimed = await claimDueSchedules(tx, clock(), limit);
      ids = claimed.map(({ id }) => id);
      return accountClaimed(tx, claimed, facts, limit);
    });
  } catch (error) {
    if (isTrouble(error) || ids.length === 0) throw error;
  }
  let schedules = 0;
  const launched: ScheduledLaunch[] = [];
  for (const id of ids) {
    const one = await launchOne(db, id, clock, facts, onSetAside);
    schedules += one.schedules;
    launched.push(...one.launched);
  }
  return { schedules, launched, more: true };
}

async function launchOne(
  db: Database,
  id: number,
  clock: Clock,
  facts: EngineFacts,
  onSetAside: (aside: SetAside) => void,
): Promise<LaunchedDue> {
  try {
    return await inTransaction(db, async (tx) =>
      accountClaimed(tx, await claimDueSchedules(tx, clock(), 1, id), facts, 1),
    );
  } catch (error) {
    if (isTrouble(error)) throw error;
    const aside = await inTransaction(db, (tx) => setAside(tx, id, clock, error, facts));
    if (aside !== null) onSetAside(aside);
    return { schedules: 0, launched: [], more: false };
  }
}

async function accountClaimed(
  tx: Tx,
  claimed: readonly { readonly id: number; readonly now: Date }[],
  facts: EngineFacts,
  limit: number,
): Promise<LaunchedDue> {
  const [first] = claimed;
  if (first === undefined) return { schedules: 0, launched: [], more: false };
  // Read once they are locked: nobody changes them any more.
  const rows = new Map(
    (
      await schedulesById(
        tx,
        claimed.map(({ id }) => id),
      )
    ).map((row) => [row.id, row]),
  );
  const schedules = claimed.flatMap(({ id }): PlannedSchedule[] => {
    const row = rows.get(id);
    return row === undefined ? [] : [row];
  });
  const done = await account(tx, schedules, first.now, facts);
  return { ...done, more: claimed.length === limit || done.schedules < claimed.length };
}

/** People are told once: when it is set aside. Null when it is not due any more. */
async function setAside(
  tx: Tx,
  id: number,
  clock: Clock,
  error: unknown,
  facts: EngineFacts,
): Promise<SetAside | null> {
  const [claimed] = await claimDueSchedules(tx, clock(), 1, id);
  const [row] = claimed === undefined ? [] : await schedulesById(tx, [id]);
  if (claimed === undefined || row === undefined) return null;
  const { definitionId, definitionName, cron } = row;
  const { script = '', slackChannel: channel = null } =
    (await findDefinition(tx, definitionId)) ?? {};
  const mask = secretsOf({ script }, facts);
  const reason = mask.text(error instanceof Error ? error.message : String(error));
  if (!(await setScheduleAside(tx, id, reason, claimed.now))) return null;
  await insertScheduleNotice(tx, definitionId, {
    event: 'set_aside',
    payload: { definitionId, definitionName: mask.text(definitionName), cron, reason, channel },
  });
  return { scheduleId: id, definitionId, error };
}
