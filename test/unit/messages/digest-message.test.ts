import { expect, it } from 'vitest';
import { checkMessage } from '../../../src/messages/check-message.ts';
import { digestMessage, type Digest } from '../../../src/messages/digest-message.ts';
import { about, at, failedRun, finishedRun } from '../../support/run-fixture.ts';

const nothing: Digest = {
  from: at('06:00:00'),
  to: at('12:00:00'),
  runs: 21,
  finished: 0,
  normal: 0,
  canceled: 0,
  prevented: 0,
  critical: 0,
  failed: 0,
  running: 0,
  late: 0,
  unstarted: 0,
  skipped: 0,
  named: [],
};
const words = (digest: Digest): string[] =>
  JSON.stringify(digestMessage(digest, about).blocks).match(/"text":"(?:[^"\\]|\\.)*"/g) ?? [];

it('says what became of how many runs, and nothing of what there was none of', () => {
  const [counts, ...rest] = words({ ...nothing, finished: 18, normal: 2, running: 3, late: 1 });
  expect(counts).toContain('what became of 21 runs here from ');
  expect(counts).toMatch(
    /\\n✅ 18 finished, 2 of them back to normal\\n▶️ 3 running, 1 of them longer/,
  );
  expect(counts).not.toMatch(/cancelled|failed|not launched/);
  expect(rest).toEqual([]);
});

it('names those that wait for somebody, each with a button, and says how many are left out', () => {
  const digest = { ...nothing, failed: 5, named: [failedRun(), finishedRun()] };
  const said = words(digest).join('\n');
  expect(said).toContain('❌ 5 failed and wait for somebody, besides those with a message');
  expect(said).toContain(
    '#12> *<http://localhost:5000/definitions/3|nightly-report>* at `execute: ./report.sh`',
  );
  expect(said).toContain('has finished meanwhile');
  expect(said).toContain('… and 3 more: `/kuroko status`');
  const buttons = digestMessage(digest, about).blocks.filter((block) => 'accessory' in block);
  expect(buttons).toHaveLength(2);
});

it('is within what Slack takes with as many as are ever named', () => {
  const named = Array.from({ length: 20 }, () => failedRun());
  const digest = { ...nothing, failed: 30, named };
  expect(checkMessage(digestMessage(digest, about))).toEqual([]);
});
