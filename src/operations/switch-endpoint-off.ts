/** Switches off an endpoint that has failed for a day, and has that told once. */
import { switchOff, type ClaimedDelivery } from '../store/deliveries.ts';
import { insertScheduleNotice } from '../store/outbox.ts';
import type { Tx } from '../store/database.ts';

/** `delivery` is the last that failed there. False where another has done it. */
export async function switchEndpointOff(tx: Tx, delivery: ClaimedDelivery): Promise<boolean> {
  const off = await switchOff(tx, delivery);
  if (off === null) return false;
  const { id: deliveryId, target, shownEndpoint: endpoint, definitionId } = delivery;
  await insertScheduleNotice(tx, definitionId, {
    event: 'switched_off',
    payload: {
      target,
      endpoint,
      deliveryId,
      definitionId,
      since: off.since.toISOString(),
      reason: off.reason,
    },
  });
  return true;
}
