/** Writes what steps that begin to wait want of other instances: a launch, or to hear of their ends. */
import { insertAwaits, type NewAwait } from '../store/awaits.ts';
import { insertStepWishes, type StepWish } from '../store/events.ts';
import { calendarPeriod } from '../schedule/calendar-period.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';
import type { Instance } from '../store/instances.ts';
import type { Change } from '../workflow/advance.ts';
import type { Wait } from '../workflow/task/wait.ts';
import type { Token } from '../workflow/token.ts';

/** For every token of these that waits in the end. All of them are written. */
export async function beginWaiting(
  tx: Tx,
  { id, createdAt }: Pick<Instance, 'id' | 'createdAt'>,
  changes: readonly Change[],
  facts: EngineFacts,
): Promise<void> {
  const wishes: StepWish[] = [];
  const awaits: NewAwait[] = [];
  for (const { token, effects } of changes.filter(wantsOthers)) {
    const { key, attempt } = token;
    for (const effect of effects) {
      if (effect.type === 'launch_child') {
        wishes.push({ key, attempt, kind: 'launch_child', payload: effect.definition });
      }
      if (effect.type === 'await') {
        wishes.push({ key, attempt, kind: 'await', payload: null });
        awaits.push(...awaitsOf(token, effect.wait, createdAt, facts));
      }
    }
  }
  if (awaits.length > 0) await insertAwaits(tx, id, awaits);
  if (wishes.length > 0) await insertStepWishes(tx, id, wishes);
}

/** Not where the same decision has ended the token again. */
export function wantsOthers({ token, effects }: Pick<Change, 'token' | 'effects'>): boolean {
  return (
    token.status === 'waiting' &&
    effects.some(({ type }) => type === 'launch_child' || type === 'await')
  );
}

function awaitsOf(
  { key, attempt }: Token,
  { instances, after, onFailure }: Wait,
  createdAt: Date,
  { timeZone }: EngineFacts,
): NewAwait[] {
  return instances.map(({ definitionId, period }, number) => ({
    key,
    attempt,
    number,
    definitionId,
    period,
    ...calendarPeriod(period, createdAt, timeZone),
    afterLaunch: after === 'launch',
    onFailure: onFailure === 'fail',
  }));
}
