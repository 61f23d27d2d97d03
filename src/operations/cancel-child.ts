/** Cancels an instance because the one that has launched it was cancelled. */
import { lockInstance } from '../store/instances.ts';
import { takeEvent, type InstanceEvent } from '../store/events.ts';
import { parentOf } from '../store/relations.ts';
import { cancel } from './cancel.ts';
import { inTransaction } from './in-transaction.ts';
import { instanceName } from './instance-name.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Database } from '../store/database.ts';

type CancelWanted = Extract<InstanceEvent, { readonly kind: 'cancel_child' }>;

/** Nothing when it has ended by then. What it has launched itself is cancelled in turn. */
export async function cancelChild(
  db: Database,
  { id, instanceId }: CancelWanted,
  facts: EngineFacts,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (!(await takeEvent(tx, id))) return;
    const child = await lockInstance(tx, instanceId);
    if (child === null || child.status === 'success' || child.status === 'canceled') return;
    const parent = await parentOf(tx, instanceId);
    const name = parent === null ? 'what launched it' : instanceName(parent);
    const actor = { kind: 'system', id: 'sub_process', name } as const;
    await cancel(tx, { instanceId, actor, requestKey: `cancel_child:${id}` }, facts);
  });
}
