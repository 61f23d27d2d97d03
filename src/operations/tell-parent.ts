/** Tells the step that has launched an instance how that has ended. */
import { findInstance } from '../store/instances.ts';
import { takeEvent, type InstanceEvent } from '../store/events.ts';
import { applyEvent } from './apply-event.ts';
import { inTransaction } from './in-transaction.ts';
import { instanceName } from './instance-name.ts';
import { lockWaitingStep } from './waiting-step.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Database } from '../store/database.ts';

type ChildEnded = Extract<InstanceEvent, { readonly kind: 'child_ended' }>;

/** Dropped when the step waits no more: it was skipped, or cancelled. */
export async function tellParent(
  db: Database,
  event: ChildEnded,
  facts: EngineFacts,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (!(await takeEvent(tx, event.id))) return;
    const step = await lockWaitingStep(tx, event);
    const child = await findInstance(tx, event.instanceId);
    if (step === null || child === null) return;
    const outcome = child.status === 'success' ? 'success' : 'canceled';
    const ended = { type: 'child_ended', outcome, child: instanceName(child) } as const;
    await applyEvent(tx, step.instance, step.tokens, step.token.key, ended, facts);
  });
}
