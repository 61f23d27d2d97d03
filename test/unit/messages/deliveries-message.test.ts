import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeValue } from '../../../src/messages/action-ids.ts';
import { checkMessage } from '../../../src/messages/check-message.ts';
import {
  deliveriesMessage,
  deliveriesPageSize,
  deliveryDeed,
  testOutcome,
  type DeliveriesPage,
} from '../../../src/messages/deliveries-message.ts';
import { person } from '../../../src/messages/phrases.ts';
import type { ListedDelivery } from '../../../src/store/listed-deliveries.ts';
import { buttonsOf, labelsOf } from '../../support/buttons-of.ts';
import { hostileText, hostileTexts } from '../../support/hostile.ts';
import { at } from '../../support/run-fixture.ts';

const deliveryOf = (fields: Partial<ListedDelivery> = {}): ListedDelivery => ({
  id: 7,
  key: 'e0d1c2b3-0000-4000-8000-000000000000',
  target: 'webhook',
  endpoint: 'https://hooks.example/in?***',
  event: 'failure',
  subject: "Failed to execute 'nightly-report'",
  instanceId: 12,
  definitionId: 3,
  state: 'dead',
  attempts: 6,
  createdAt: at('12:00:00'),
  availableAt: null,
  endedAt: at('12:05:00'),
  reason: 'it answered 503',
  switchedOff: false,
  ...fields,
});
const page: DeliveriesPage = {
  instanceId: null,
  definition: null,
  dead: false,
  deliveries: [],
  newest: true,
  more: false,
  mayAdminister: true,
};
const words = (deliveries: readonly ListedDelivery[]) =>
  JSON.stringify(deliveriesMessage({ ...page, deliveries }).blocks);

describe('a page of deliveries', () => {
  it('says how each of them is', () => {
    expect(words([deliveryOf()])).toContain('after 6 attempts: it answered 503');
    expect(words([deliveryOf({ attempts: 0, reason: 'the address is too long' })])).toContain(
      '>: the address is too long',
    );
    const delivered = deliveryOf({ state: 'delivered', reason: null });
    expect(words([delivered])).toContain(', after 6 attempts');
    expect(words([{ ...delivered, attempts: 1 }])).not.toContain('attempt');
    const open = deliveryOf({ state: 'open', availableAt: at('12:06:00') });
    expect(words([open])).toContain('not taken so far: it answered 503; next attempt');
    expect(words([{ ...open, reason: null }])).toContain('under way');
  });

  it('lets what was given up be sent again, and operators see to its endpoint', () => {
    const deliveries = [deliveryOf(), deliveryOf({ switchedOff: true })];
    const labels = (mayAdminister: boolean) =>
      labelsOf(deliveriesMessage({ ...page, deliveries, mayAdminister }));
    expect(labels(true)).toEqual(['Send again', 'Test', 'Test', 'Switch on']);
    expect(labels(false)).toEqual(['Send again']);
    expect(
      labelsOf(deliveriesMessage({ ...page, deliveries: [deliveryOf({ state: 'open' })] })),
    ).toEqual([]);
  });

  it('goes on from the last that is shown, of the same', () => {
    const definition = { id: 3, name: 'nightly-report' };
    const deliveries = [deliveryOf({ id: 9, state: 'open' }), deliveryOf({ id: 8, state: 'open' })];
    const message = deliveriesMessage({
      ...page,
      definition,
      deliveries,
      newest: false,
      more: true,
    });
    expect(message.text).toBe('What was sent elsewhere of nightly-report');
    const of = { type: 'deliveries', instanceId: null, definitionId: 3, dead: false };
    expect(buttonsOf(message).map(({ value }) => decodeValue(value))).toEqual([
      { ...of, before: null },
      { ...of, before: 8 },
    ]);
  });

  it('says so when there is nothing', () => {
    expect(deliveriesMessage(page).text).toBe('Nothing was sent elsewhere.');
    expect(deliveriesMessage({ ...page, dead: true, instanceId: 12 }).text).toBe(
      'Nothing was given up of #12.',
    );
    expect(deliveriesMessage({ ...page, newest: false }).text).toBe('Nothing older is kept.');
  });
});

describe('whatever it is called', () => {
  const everything = (text: string) => {
    const fields = { target: text, endpoint: text, subject: text, reason: text };
    const states = ['open', 'delivered', 'dead'] as const;
    const deliveries = Array.from({ length: deliveriesPageSize }, (_, index) =>
      deliveryOf({ ...fields, state: states[index % 3] ?? 'dead', availableAt: at('12:06:00') }),
    );
    const definition = { id: 3, name: text };
    const who = person(text, text);
    return [
      deliveriesMessage({ ...page, definition, deliveries, newest: false, more: true }),
      ...states.map((state) => testOutcome(deliveryOf({ ...fields, state }))),
      testOutcome(null),
      deliveryDeed('send_again', deliveryOf(fields), who),
      deliveryDeed('switch_on', deliveryOf(fields), who),
    ];
  };

  it.each(hostileTexts.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    'is plain text that Slack takes: %s',
    (_, text) => {
      for (const message of everything(text)) expect(checkMessage(message)).toEqual([]);
    },
  );

  it('is so for any text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const message of everything(text)) expect(checkMessage(message)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
