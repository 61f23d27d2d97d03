import { expect, it } from 'vitest';
import { mustTell } from '../../../src/notifiers/must-tell.ts';
import type { Notice, NoticeEvent } from '../../../src/store/outbox.ts';
import { definitionOf } from '../../support/run-fixture.ts';

const by = { message: null, by: 'ann' };

/** Event, payload; told with "all events" and "when cancelled", with the first, the second, neither. */
const table: readonly [NoticeEvent, Notice['payload'], string][] = [
  ['launch', by, 'yes yes no no'],
  ['retrying', by, 'yes yes no no'],
  ['skipping', by, 'yes yes no no'],
  ['skipping', { message: null }, 'yes yes yes yes'],
  ['finished', by, 'yes yes no no'],
  ['cancellation', by, 'yes yes no no'],
  ['cancellation', { ...by, bySystem: true }, 'yes no yes no'],
  ['failure', by, 'yes yes yes yes'],
  ['critical', by, 'yes yes yes yes'],
  ['back_to_normal', by, 'yes yes yes yes'],
  ['long_elapsed_time', by, 'yes yes yes yes'],
  ['reminder', by, 'yes yes yes yes'],
  ['unstarted', by, 'yes yes yes yes'],
  ['backlog', by, 'no no no no'],
  ['refresh', by, 'no no no no'],
];

it.each(table)('tells of %s %j: %s', (event, payload, expected) => {
  const told = [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ].map(([notifyAllEvents = true, notifyCancellation = true]) =>
    mustTell({ event, payload }, definitionOf({ notifyAllEvents, notifyCancellation })),
  );
  expect(told.map((each) => (each ? 'yes' : 'no')).join(' ')).toBe(expected);
});
