/** Older and Newest, and what can be done about a delivery that was given up. */
import { notFound } from '../../errors.ts';
import { deliveryDeed, testOutcome } from '../../messages/deliveries-message.ts';
import { person } from '../../messages/phrases.ts';
import { awaitTest } from '../../operations/await-test.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import {
  sendAgain,
  switchEndpointOn,
  testAgain,
  type DeliveryWish,
} from '../../operations/operate-delivery.ts';
import { findDelivery } from '../../store/listed-deliveries.ts';
import { deliveries } from '../commands/deliveries.ts';
import { onClick } from './listen.ts';
import type { Tx } from '../../store/database.ts';

export const deliveriesClick = onClick('deliveries', async (shell, click, value, actor) => {
  const { instanceId, definitionId: job, dead, before } = value;
  await click.replace(await deliveries(shell, actor, { instanceId, job, dead, before }));
});

export const sendAgainClick = deed('send_again', sendAgain);
export const switchOnClick = deed('switch_on', switchEndpointOn);

function deed(
  name: 'send_again' | 'switch_on',
  work: (tx: Tx, wish: DeliveryWish) => Promise<void>,
) {
  return onClick('delivery', async ({ db, config }, click, { deliveryId }, actor) => {
    await inTransaction(db, (tx) => work(tx, { deliveryId, actor, policy: config.slack }));
    const delivery = await findDelivery(db, deliveryId);
    if (delivery === null) throw notFound(`There is no delivery ${deliveryId} any more.`);
    await click.announce(deliveryDeed(name, delivery, person(actor.name, actor.id)));
  });
}

/** Longer than an attempt may take. */
const mostMs = 20_000;

export const testEndpointClick = onClick(
  'delivery',
  async ({ db, config }, click, { deliveryId }, actor) => {
    const wish = { deliveryId, actor, policy: config.slack };
    const noticeId = await inTransaction(db, (tx) => testAgain(tx, wish));
    const [tried = null] = await awaitTest(db, noticeId, mostMs);
    await click.answer(testOutcome(tried));
  },
);
