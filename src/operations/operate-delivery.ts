/** Sends a delivery again, tests an endpoint, and switches one on that was switched off. */
import { conflict, invalid, notFound } from '../errors.ts';
import { insertAudit } from '../store/audit.ts';
import { findDefinition } from '../store/definitions.ts';
import { lockDelivery, reopen, switchOn } from '../store/deliveries.ts';
import { insertTest } from '../store/outbox.ts';
import { configuredTargets } from '../store/spreading.ts';
import { auditActor, type Actor } from './actor.ts';
import { authorise, type Action, type Policy } from './authorise.ts';
import type { Tx } from '../store/database.ts';

export interface DeliveryWish {
  readonly deliveryId: number;
  readonly actor: Actor;
  readonly policy: Policy;
}

/** With the same key and body. For whoever may operate its definition. Throws NotFound, or Conflict. */
export async function sendAgain(tx: Tx, wish: DeliveryWish): Promise<void> {
  const { deliveryId } = wish;
  const delivery = await found(tx, wish, 'operate');
  if (delivery.switchedOff) {
    throw conflict(
      `The endpoint of delivery ${deliveryId} is switched off. Test it, or switch it on first.`,
    );
  }
  if (!(await reopen(tx, deliveryId))) {
    throw conflict(`Delivery ${deliveryId} is not over: it is tried again by itself.`);
  }
  await audit(tx, wish, 'send_again', delivery);
}

/** What is sent to the endpoint of the delivery from now on arrives there again. Operators only. */
export async function switchEndpointOn(tx: Tx, wish: DeliveryWish): Promise<void> {
  const delivery = await found(tx, wish, 'administer');
  if (!(await switchOn(tx, delivery.target, delivery.endpoint))) {
    throw conflict(`The endpoint of delivery ${wish.deliveryId} is not switched off.`);
  }
  await audit(tx, wish, 'switch_on', delivery);
}

/** Sends something to the endpoint of a delivery. Operators only. Resolves with the id of the notice. */
export async function testAgain(tx: Tx, wish: DeliveryWish): Promise<number> {
  const delivery = await found(tx, wish, 'administer');
  await audit(tx, wish, 'test', delivery);
  const { target, endpoint, definitionId } = delivery;
  return insertTest(tx, definitionId, { target, endpoint });
}

export interface TestOf {
  readonly target: string;
  /** An address as the target has it; null: where the definition has its things told. */
  readonly endpoint: string | null;
  readonly definitionId: number | null;
  readonly actor: Actor;
  readonly policy: Policy;
}

/** Sends something to an endpoint. Operators only. Resolves with the id of the notice. */
export async function testEndpoint(
  tx: Tx,
  { target, endpoint, definitionId, actor, policy }: TestOf,
): Promise<number> {
  const definition = definitionId === null ? null : await findDefinition(tx, definitionId);
  await authorise(tx, { actor, action: 'administer', definition, policy });
  if (endpoint === null && definition === null) {
    throw invalid('Say which endpoint is to be tested, or of which job.');
  }
  const targets = await configuredTargets(tx);
  if (!targets.includes(target)) {
    const there = targets.length === 0 ? 'There are none' : `There are: ${targets.join(', ')}`;
    throw invalid(
      `"${target}" is not a target that something is sent to. ${there}; they are configured below \`notifiers\`.`,
    );
  }
  await insertAudit(tx, {
    ...auditActor(actor),
    action: 'test',
    outcome: 'done',
    definitionId,
    after: { target },
  });
  return insertTest(tx, definitionId, { target, endpoint });
}

type Found = NonNullable<Awaited<ReturnType<typeof lockDelivery>>>;

async function found(
  tx: Tx,
  { deliveryId, actor, policy }: DeliveryWish,
  action: Action,
): Promise<Found> {
  const delivery = await lockDelivery(tx, deliveryId);
  const definition =
    delivery?.definitionId == null
      ? null
      : await findDefinition(tx, delivery.definitionId, { deleted: true });
  // Who may not is not told whether there is one. What is of no definition is the operators'.
  const needed = definition === null ? 'administer' : action;
  await authorise(tx, { actor, action: needed, definition, policy });
  if (delivery === null) throw notFound(`There is no delivery ${deliveryId}.`);
  return delivery;
}

async function audit(
  tx: Tx,
  { deliveryId, actor }: DeliveryWish,
  action: 'send_again' | 'switch_on' | 'test',
  { target, definitionId }: Found,
): Promise<void> {
  await insertAudit(tx, {
    ...auditActor(actor),
    action,
    outcome: 'done',
    definitionId,
    after: { deliveryId, target },
  });
}
