/** After how many minutes people are warned of a token. */
import { describe, expect, it } from 'vitest';
import { expectedMinutes } from '../../../src/workflow/expectation.ts';
import { playInstance } from './played-instance.ts';

/** Of each token, by its key, once everything has begun. */
function limits(script: string): Record<string, number | null> {
  const instance = playInstance(script);
  instance.happen('', { type: 'start' });
  return Object.fromEntries(
    instance.tokens.map(({ key, context }) => [key, expectedMinutes(context)]),
  );
}

describe('the token of a launch', () => {
  it.each([
    ['is expected within a day', 'execute: a', 24 * 60],
    ['is expected as its script says', 'expected_time: 2h\nexecute: a', 120],
    ['is never warned of where the script says 0', 'expected_time: 0\nexecute: a', null],
    [
      'keeps its limit where the option is empty',
      'expected_time: 5\nexpected_time:\nexecute: a',
      5,
    ],
  ])('%s', (_, script, minutes) => {
    expect(limits(script)).toEqual({ '': minutes });
  });
});

describe('a branch', () => {
  it.each([
    ['leaves the warning to its parent, a day', 'fork:\n  execute: a', 24 * 60, null],
    ['leaves it to a parent with a limit', 'expected_time: 5\nfork:\n  execute: a', 5, null],
    [
      'with a limit of its own is warned of by itself',
      'expected_time: 5\nfork:\n  sequence:\n    expected_time: 7\n    execute: a',
      5,
      7,
    ],
    [
      'that sets what its parent has leaves it to that one',
      'expected_time: 5\nfork:\n  sequence:\n    expected_time: 5\n    execute: a',
      5,
      null,
    ],
    [
      'may be the only one that is warned of',
      'expected_time: 0\nfork:\n  sequence:\n    expected_time: 7\n    execute: a',
      null,
      7,
    ],
    [
      'may be the only one that is not',
      'fork:\n  sequence:\n    expected_time: 0\n    execute: a',
      24 * 60,
      null,
    ],
  ])('%s', (_, script, parent, branch) => {
    expect(limits(script)).toEqual({ '': parent, '/1.0': branch });
  });
});
