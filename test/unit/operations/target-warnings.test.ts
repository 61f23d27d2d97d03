import { expect, it } from 'vitest';
import { targetWarnings } from '../../../src/operations/target-warnings.ts';

it('warns of an address that nothing is sent to, and of no other', () => {
  const told = { webhookUrl: 'https://hooks.example/in' };
  expect(targetWarnings(told, [])).toEqual([
    'webhook_url: nothing is sent there before the configuration has `notifiers: webhook`.',
  ]);
  expect(targetWarnings(told, ['webhook'])).toEqual([]);
  expect(targetWarnings({ webhookUrl: null }, [])).toEqual([]);
});
