import { describe, expect, it } from 'vitest';
import {
  durationText,
  estimateText,
  expectedEndText,
  memoryText,
} from '../../../src/cli/command-text.ts';
import { timeText } from '../../../src/cli/row-text.ts';

const at = new Date('2026-04-20T16:29:57Z');

it.each([
  [null, '-'],
  [0, '0.0 s'],
  [-1, '0.0 s'],
  [0.44, '0.4 s'],
  [12.4, '12 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [7_500, '2 h 5 min'],
  [7_200, '2 h'],
  [277_200, '3 d 5 h'],
])('%s seconds are %s', (seconds, text) => expect(durationText(seconds)).toBe(text));

it.each([
  [null, '-'],
  [900, '1 KB'],
  [524_288, '512 KB'],
  [12_900_000, '12.3 MB'],
  [200 * 1_048_576, '200 MB'],
  [1_610_612_736, '1.5 GB'],
  [5_000 * 1_073_741_824, '4.9 TB'],
])('%s bytes are %s', (bytes, text) => expect(memoryText(bytes)).toBe(text));

it('an expected end is a time, overdue since one, or unknown', () => {
  expect(expectedEndText({ type: 'at', at })).toBe(timeText(at));
  expect(expectedEndText({ type: 'overdue', at })).toBe(`overdue (${timeText(at)})`);
  expect(expectedEndText({ type: 'unknown' })).toBe('unknown');
});

describe('a drained executor', () => {
  it.each([
    [{ type: 'empty' } as const, 'is empty'],
    [{ type: 'at', at } as const, `is expected to be empty at ${timeText(at)}`],
    [{ type: 'unknown', unknown: 2 } as const, 'there is no past of 2 commands'],
    [{ type: 'overdue', overdue: 1, at: null } as const, '1 command takes longer than usual'],
    [
      { type: 'overdue', overdue: 2, at } as const,
      `2 commands take longer than usual; the others are expected to end by ${timeText(at)}`,
    ],
  ])('%o: it %s', (estimate, text) => expect(estimateText(estimate)).toContain(text));
});
