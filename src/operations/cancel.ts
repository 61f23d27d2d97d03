/** Cancel: stops every step of an instance and its running commands, in any non-final state. */
import { notFound } from '../errors.ts';
import { insertAudit } from '../store/audit.ts';
import { lockInstance } from '../store/instances.ts';
import { lockTokens } from '../store/tokens.ts';
import { auditActor, type Actor } from './actor.ts';
import { applyEvent } from './apply-event.ts';
import { lateOrRepeated } from './late.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';

export interface CancelWish {
  readonly instanceId: number;
  readonly actor: Actor;
  /** Names the wish: the same key again is the same wish. */
  readonly requestKey: string;
}

/** Throws NotFound, or Conflict when the instance is final already. */
export async function cancel(
  tx: Tx,
  wish: CancelWish,
  facts: EngineFacts,
): Promise<{ instanceId: number }> {
  const instance = await lockInstance(tx, wish.instanceId);
  if (instance === null) throw notFound(`There is no instance #${wish.instanceId}.`);
  if (instance.status === 'success' || instance.status === 'canceled') {
    await lateOrRepeated(tx, { ...wish, action: 'cancel', instance });
    return { instanceId: instance.id };
  }
  const by = wish.actor.name;
  const tokens = await lockTokens(tx, instance.id);
  // The root's token is active until the end, and ends all others with it.
  await applyEvent(tx, instance, tokens, '', { type: 'cancel', by }, facts, { by });
  await insertAudit(tx, {
    ...auditActor(wish.actor),
    action: 'cancel',
    outcome: 'done',
    definitionId: instance.definitionId,
    instanceId: instance.id,
    requestKey: wish.requestKey,
    before: { status: instance.status },
  });
  return { instanceId: instance.id };
}
