// The checker of the fault tests has to find what it is there for.
import { expect, it } from 'vitest';
import { misreadings } from '../../support/slack-readings.ts';
import type { StandInMessage } from '../../support/slack-stand-in.ts';

const message = (ts: string, text: string, thread: string | null = null): StandInMessage => ({
  channel: 'C1',
  ts,
  text,
  blocks: [
    {
      type: 'section',
      text: { type: 'mrkdwn', text: '<http://k/instances/7|#7>', verbatim: true },
    },
  ],
  thread,
  broadcast: thread !== null,
  edits: 0,
});
const run = message('1', '✅ job is back to normal');
const failure = message('2', '❌ job failed at `x`', '1');
const normal = message('3', '✅ job is back to normal', '1');
const happened = [{ instanceId: 7, failures: 1, end: 'is back to normal' }];
const read = (...messages: readonly StandInMessage[]) => misreadings(messages, happened);

it('has nothing to say of what is shown as it happened', () => {
  expect(read(run, failure, normal)).toEqual([]);
  expect(
    misreadings(
      [{ ...run, text: '▶️ job is running' }],
      [{ instanceId: 7, failures: 0, end: 'is running' }],
    ),
  ).toEqual([]);
});

it.each([
  ['nothing is shown of it', []],
  ['it is shown 2 times', [run, { ...run, ts: '4' }, failure, normal]],
  ['is said "❌ job failed" and not', [{ ...run, text: '❌ job failed' }, failure, normal]],
  ['0 of 1 failures are shown', [run, normal]],
  ['2 of 1 failures are shown', [run, failure, { ...failure, ts: '5' }, normal]],
  ['back to normal is shown 0 times', [run, failure]],
  ['back to normal is shown 2 times', [run, failure, normal, { ...normal, ts: '5' }]],
  ['a reply is in another thread', [run, { ...failure, thread: '9' }, normal]],
  ['its thread is out of order', [run, { ...failure, ts: '4' }, normal]],
] as const)('says that %s', (sentence, messages) => {
  expect(read(...messages).join()).toContain(sentence);
});
