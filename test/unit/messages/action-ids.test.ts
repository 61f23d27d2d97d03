import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeValue,
  encodeValue,
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
    'page:0:x',
    'page:1:%',
    'page:1:a:b',
    `page:1:${'x'.repeat(queryLimit + 1)}`,
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
