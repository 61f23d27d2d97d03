import { expect, it } from 'vitest';
import { shownUrl } from '../../../src/config/shown-url.ts';

it.each([
  ['https://example.com/hook', 'https://example.com/hook'],
  [
    'https://example.com:8443/notifications-of-our-jobs/v2',
    'https://example.com:8443/notifications-of-our-jobs/v2',
  ],
  ['https://user:pass@example.com/a?token=b#c', 'https://***@example.com/a?***'],
  [
    'https://hooks.example.com/services/T0001/B0002/aB3dE5gH7jK9mN1pQ3sT5vW7',
    'https://hooks.example.com/services/T0001/B0002/***',
  ],
  ['https://example.com/hooks/xjzk3t1yhbgoxbk8yq4sx9uq8c/', 'https://example.com/hooks/***/'],
  ['https://example.com/3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'https://example.com/***'],
  ['no address', '(not an address)'],
])('shows of %s what anybody may know', (address, shown) => {
  expect(shownUrl(address)).toBe(shown);
});
