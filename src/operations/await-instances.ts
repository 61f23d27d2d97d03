/** Tells waiting steps of the instances that they wait for. */
import {
  definitionsAwaited,
  markDefinitionsAwaited,
  markInstancesAwaited,
  openAwaits,
  receiveInstances,
  tokensAwaiting,
  type AwaitingToken,
  type OpenAwait,
} from '../store/awaits.ts';
import { takeEvent, type InstanceEvent } from '../store/events.ts';
import { insertLog } from '../store/logs.ts';
import { applyEvent } from './apply-event.ts';
import { inTransaction } from './in-transaction.ts';
import { refreshMessages } from './refresh-messages.ts';
import { secretsOf } from './secrets-of.ts';
import { lockWaitingStep, type WaitingStep } from './waiting-step.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Database, Tx } from '../store/database.ts';

type Of<Kind extends InstanceEvent['kind']> = Extract<InstanceEvent, { readonly kind: Kind }>;

/**
 * A step has begun to wait. First all that it waits for is made to say when it ends, then it is
 * looked for what has ended before: in one transaction, an end in between would be missed.
 */
export async function beginAwait(
  db: Database,
  event: Of<'await'>,
  facts: EngineFacts,
): Promise<void> {
  const ids = await definitionsAwaited(db, event.tokenId, event.attempt);
  if (ids.length > 0) {
    await inTransaction(db, (tx) => markDefinitionsAwaited(tx, ids));
    await inTransaction(db, (tx) => markInstancesAwaited(tx, ids));
  }
  await inTransaction(db, async (tx) => {
    if (!(await takeEvent(tx, event.id))) return;
    const step = await lockWaitingStep(tx, event);
    if (step === null || (await look(tx, step, event, facts)) !== 'waits') return;
    // What it waits for is shown from now on.
    await refreshMessages(tx, step.instance.id);
  });
}

/** An instance has ended, or failed: everybody who waits for one like it looks, one by one. */
export async function hearEnd(
  db: Database,
  event: Of<'instance_ended'>,
  facts: EngineFacts,
): Promise<void> {
  for (const token of await tokensAwaiting(db, event.instanceId)) {
    await inTransaction(db, async (tx) => {
      const step = await lockWaitingStep(tx, token);
      if (step !== null) await look(tx, step, token, facts);
    });
  }
  await inTransaction(db, (tx) => takeEvent(tx, event.id));
}

/** Whether all that a step waits for has come, or will never. */
async function look(
  tx: Tx,
  { instance, token, tokens }: WaitingStep,
  awaiting: AwaitingToken,
  facts: EngineFacts,
): Promise<'waits' | 'over'> {
  const received = await receiveInstances(tx, awaiting);
  for (const { definitionId, instanceId } of received) {
    await insertLog(tx, {
      instanceId: instance.id,
      tokenId: token.id,
      level: 'INFO',
      message: secretsOf(instance, facts).text(
        `A waiting job instance#${definitionId}/${instanceId} is finished.`,
      ),
    });
  }
  const open = await openAwaits(tx, awaiting);
  const failed = open.map(inVain).find((why) => why !== null) ?? null;
  if (open.length > 0 && failed === null) {
    if (received.length > 0) await refreshMessages(tx, instance.id);
    return 'waits';
  }
  await applyEvent(tx, instance, tokens, token.key, { type: 'awaited', failed }, facts);
  return 'over';
}

/** Why it is in vain to wait any longer, or null. */
function inVain({ definitionId, onFailure, possible, failedId, failedStatus }: OpenAwait) {
  if (onFailure && failedId !== null) {
    const state = failedStatus === 'error' ? 'in ERROR' : 'canceled';
    return `A waiting job instance#${definitionId}/${failedId} is ${state}.`;
  }
  return possible ? null : `There is no job ${definitionId} to wait for.`;
}
