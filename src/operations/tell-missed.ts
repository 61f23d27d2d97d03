/** One message for all launches that were missed while nothing was running: never one for each. */
import { takeMissed, type MissedMinutes } from '../store/ledger.ts';
import { insertScheduleNotice, type MissedNotice } from '../store/outbox.ts';
import { databaseClock, type Clock } from './clock.ts';
import { secretsOf } from './secrets-of.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';

/** Named in the message: those with the most. */
const mostNamed = 5;
/** Where a machine is so slow that it misses minute after minute, people are told of them together. */
const pauseSeconds = 600;

/** Null when there is nothing to tell, or not yet. Any number of keepers may do this. */
export async function tellMissed(
  tx: Tx,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<MissedNotice | null> {
  const missed = await takeMissed(tx, clock(), pauseSeconds);
  if (missed.length === 0) return null;
  const payload = noticeOf(missed, facts);
  await insertScheduleNotice(tx, null, { event: 'missed', payload });
  return payload;
}

function noticeOf(missed: readonly MissedMinutes[], facts: EngineFacts): MissedNotice {
  const times = missed.flatMap(({ fromAt, toAt }) => [fromAt.getTime(), toAt.getTime()]);
  const sum = (of: (one: MissedMinutes) => number): number =>
    missed.reduce((total, one) => total + of(one), 0);
  return {
    from: new Date(Math.min(...times)).toISOString(),
    to: new Date(Math.max(...times)).toISOString(),
    schedules: sum(({ schedules }) => schedules),
    launched: sum(({ launched }) => launched),
    prevented: sum(({ prevented }) => prevented),
    merged: sum(({ merged }) => merged),
    skipped: sum(({ skipped }) => skipped),
    definitions: missed
      .slice(0, mostNamed)
      .map(({ definitionId: id, name, script, launched, prevented, merged, skipped }) => ({
        id,
        name: secretsOf({ script }, facts).text(name),
        launched,
        prevented,
        merged,
        skipped,
      })),
  };
}
