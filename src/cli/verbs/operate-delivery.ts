/** `kuroko deliveries send-again|switch-on|test`. */
import { awaitTest } from '../../operations/await-test.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import {
  sendAgain,
  switchEndpointOn,
  testEndpoint,
  type DeliveryWish,
} from '../../operations/operate-delivery.ts';
import { definitionCandidates, resolveDefinition } from '../../operations/resolve-definition.ts';
import { printJson, printLine, printNote } from '../print.ts';
import { snakeCased } from '../row-json.ts';
import { withSession } from '../session.ts';
import { printDeliveries } from './deliveries.ts';
import type { Tx } from '../../store/database.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export const sendAgainVerb = (outside: Outside, deliveryId: number): Promise<number> =>
  operate(outside, deliveryId, sendAgain, `Delivery ${deliveryId} is sent again.`);

export const switchOnVerb = (outside: Outside, deliveryId: number): Promise<number> =>
  operate(
    outside,
    deliveryId,
    switchEndpointOn,
    `The endpoint of delivery ${deliveryId} gets what comes from now on.`,
  );

function operate(
  outside: Outside,
  deliveryId: number,
  work: (tx: Tx, wish: DeliveryWish) => Promise<void>,
  done: string,
): Promise<number> {
  return withSession(outside, async ({ config, db, actor }) => {
    await inTransaction(db, (tx) => work(tx, { deliveryId, actor, policy: config.slack }));
    printLine(done);
    return 0;
  });
}

/** Longer than one attempt may take. */
const mostMs = 20_000;

/** `to` is a job, else an address as the target has it. Exit 1 unless everything that was sent has arrived. */
export function testVerb(
  outside: Outside,
  target: string,
  to: string,
  { json }: Json,
): Promise<number> {
  return withSession(outside, async ({ config, db, actor }) => {
    const known = (await definitionCandidates(db, to)).length > 0;
    const job = known ? await resolveDefinition(db, to) : null;
    const noticeId = await inTransaction(db, (tx) =>
      testEndpoint(tx, {
        target,
        endpoint: job === null ? to : null,
        definitionId: job?.id ?? null,
        actor,
        policy: config.slack,
      }),
    );
    const tried = await awaitTest(db, noticeId, mostMs);
    if (json) printJson({ deliveries: tried.map(snakeCased) });
    else if (tried.length > 0) printDeliveries(tried);
    else printNote(nobody(target, to));
    return tried.length > 0 && tried.every(({ state }) => state === 'delivered') ? 0 : 1;
  });
}

const nobody = (target: string, to: string): string =>
  `Nothing was sent. Is kuroko start running, and does ${to} name a place for ${target}?`;
