import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeValue,
  encodeValue,
  pagedLists,
  queryLimit,
  type ButtonValue,
} from '../../../src/messages/action-ids.ts';
import { limits } from '../../../src/messages/limits.ts';
import { hostileText } from '../../support/hostile.ts';

const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const value: fc.Arbitrary<ButtonValue> = fc.oneof(
  fc.record({
    type: fc.constant('token' as const),
    instanceId: id,
    tokenId: id,
    attempt: fc.nat(),
  }),
  fc.record({ type: fc.constant('instance' as const), instanceId: id }),
  fc.record({ type: fc.constant('execution' as const), instanceId: id, executionId: id }),
  fc.record({ type: fc.constant('definition' as const), definitionId: id }),
  fc.record({
    type: fc.constant('page' as const),
    of: fc.constantFrom(...pagedLists),
    page: id,
    query: fc
      .string({ unit: 'binary', maxLength: queryLimit / 2 })
      .filter((text) => !/\p{Surrogate}/u.test(text)),
  }),
  fc.record({
    type: fc.constant('match' as const),
    verb: fc.constantFrom('launch', 'show', 'suspend-schedule'),
    definitionId: id,
  }),
  fc.record({
    type: fc.constant('history' as const),
    definitionId: fc.option(id),
    before: fc.option(id),
  }),
  fc.record({
    type: fc.constant('deliveries' as const),
    instanceId: fc.option(id),
    definitionId: fc.option(id),
    dead: fc.boolean(),
    before: fc.option(id),
  }),
  fc.record({ type: fc.constant('delivery' as const), deliveryId: id }),
  fc.record({ type: fc.constant('executor' as const), executorId: id, page: id }),
  fc.record({ type: fc.constant('process' as const), executorId: id, startedAt: id }),
  fc.record({
    type: fc.constant('worker' as const),
    wish: fc.constantFrom('suspend' as const, 'resume' as const),
    executorId: id,
    number: id,
    page: id,
  }),
  fc.record({
    type: fc.constant('schedule' as const),
    kind: fc.constantFrom('schedule' as const, 'suspend' as const),
    definitionId: id,
    id,
  }),
  fc.constant({ type: 'none' } as const),
);

describe('the value of a button', () => {
  it('comes back as what it was, and fits', () => {
    fc.assert(
      fc.property(value, (given) => {
        const text = encodeValue(given);
        expect(decodeValue(text)).toEqual(given);
        expect(text.length).toBeLessThanOrEqual(limits.buttonValue);
      }),
    );
  });

  it('is nothing when we would not have written it so', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const read = decodeValue(text);
        expect([null, text]).toContain(read === null ? null : encodeValue(read));
      }),
    );
  });

  it.each([
    'token:1:2',
    'token:1:2:3:4',
    'token:0:2:3',
    'token:1:-2:3',
    'token:01:2:3',
    'token:1:2:3 ',
    'token:1e3:2:3',
    'token:9007199254740993:2:3',
    'instance:',
    'instance:1; drop table users',
    'instance:NaN',
    'execution:1',
    'definition:1:2',
    'page:list:0:x',
    'page:list:1:%',
    'page:list:1:a:b',
    'page:1:x',
    'page:passwords:1:x',
    `page:list:1:${'x'.repeat(queryLimit + 1)}`,
    'history:1',
    'history:-1:2',
    'deliveries:1:2:2:0',
    'deliveries:1:2:1',
    'delivery:0',
    'delivery:1:2',
    'executor:1',
    'process:1',
    'process:1:0',
    'executor:0:1',
    'worker:suspend:1:2',
    'worker:kill:1:2:3',
    'worker:suspend:1:0:3',
    'match:rm -rf:1',
    'match:launch:x',
    'none:1',
    '__proto__:1',
    '',
    'x'.repeat(3_000),
    undefined,
    null,
    7,
    { type: 'none' },
  ])('is nothing when it is %j', (text) => {
    expect(decodeValue(text)).toBeNull();
  });
});
