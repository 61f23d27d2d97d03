import { expect, it } from 'vitest';
import { targetWarnings } from '../../../src/operations/target-warnings.ts';

it('warns of an address that nothing is sent to, and of no other', () => {
  const told = { webhookUrl: 'https://hooks.example/in', hipchatRoom: 'ops' };
  expect(targetWarnings(told, [])).toEqual([
    'webhook_url: nothing is sent there before the configuration has `notifiers: webhook`.',
    'hipchat_room: nothing is sent there before the configuration has `notifiers: hipchat`.',
  ]);
  expect(targetWarnings(told, ['webhook'])).toHaveLength(1);
  expect(targetWarnings(told, ['webhook', 'hipchat'])).toEqual([]);
  expect(targetWarnings({ webhookUrl: null, hipchatRoom: null }, [])).toEqual([]);
});
