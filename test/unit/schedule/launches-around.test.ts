import { expect, it } from 'vitest';
import { launchesAround } from '../../../src/schedule/launches-around.ts';
import { zonedText } from '../../../src/schedule/zoned-text.ts';
import { at, cronOf, zoneNamed } from './reading.ts';

const berlin = zoneNamed('Europe/Berlin');

it.each([
  [
    '*/5 * * * *',
    '2026-06-01T10:07:00+02:00',
    '2026-06-01T10:05:00+02:00',
    '2026-06-01T10:10:00+02:00',
  ],
  [
    '*/5 * * * *',
    '2026-06-01T10:05:00+02:00',
    '2026-06-01T10:00:00+02:00',
    '2026-06-01T10:10:00+02:00',
  ],
  [
    '30 2 * * 1',
    '2026-06-03T10:00:00+02:00',
    '2026-06-01T02:30:00+02:00',
    '2026-06-08T02:30:00+02:00',
  ],
  [
    '0 0 29 2 *',
    '2026-06-01T10:00:00+02:00',
    '2024-02-29T00:00:00+01:00',
    '2028-02-29T00:00:00+01:00',
  ],
  [
    '0 0 29 2 *',
    '2103-06-01T10:00:00+02:00',
    '2096-02-29T00:00:00+01:00',
    '2104-02-29T00:00:00+01:00',
  ],
  [
    '30 2 * * *',
    '2026-03-29T03:30:00+02:00',
    '2026-03-29T03:00:00+02:00',
    '2026-03-30T02:30:00+02:00',
  ],
])('the launches of %s around %s are %s and %s', (cron, minute, before, after) => {
  const found = launchesAround(cronOf(cron), berlin, at(minute));
  const text = (one: number | null) => (one === null ? null : zonedText(one, berlin));
  expect([text(found.before), text(found.after)]).toEqual([before, after]);
});
