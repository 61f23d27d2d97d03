/** What a token meets when it comes to a node, word by word. */
import { describe, expect, it } from 'vitest';
import { longestSeconds } from '../../../src/workflow/longest.ts';
import { enter } from '../../../src/workflow/step/enter.ts';
import type { Entry } from '../../../src/workflow/task.ts';
import type { TokenContext } from '../../../src/workflow/token.ts';
import { plainFacts } from './plain-facts.ts';
import { treeOf } from './played-instance.ts';

const env = { A: 'a' };
const came: TokenContext = { env, queue: 'q', timeoutSeconds: 60, expectedMinutes: 5 };

function entryOf(script: string, context = came): Entry {
  const [node] = treeOf(script).children;
  if (node === undefined) throw new Error('the script is empty');
  return enter(node, context, plainFacts);
}

/** Passed, with this added to what the token carries, and that taken away. */
function passed(added: Partial<TokenContext> = {}, removed?: keyof TokenContext): Entry {
  const context = { ...came, ...added };
  if (removed !== undefined) delete context[removed];
  return { type: 'pass', context };
}

describe('a token that comes to', () => {
  it.each([
    ['noop: whatever', passed()],
    ['sequence:', passed()],
    ['root:', passed()],
    ['env:', passed()],
    ['env: B=b A=c', passed({ env: { A: 'c', B: 'b' } })],
    ['queue: other', passed({ queue: 'other' })],
    ['queue:', passed({ queue: '@default' })],
    ['timeout:', passed()],
    ['timeout: 2h', passed({ timeoutSeconds: 7_200 })],
    ['timeout: 0', passed({}, 'timeoutSeconds')],
    [`timeout: ${longestSeconds}`, passed({ timeoutSeconds: longestSeconds })],
    ['expected_time:', passed()],
    ['expected_time: 90', passed({ expectedMinutes: 90 })],
    ['expected_time: 2h', passed({ expectedMinutes: 120 })],
    ['expected_time: 0', passed({ expectedMinutes: null })],
    [
      `expected_time: ${longestSeconds}`,
      passed({ expectedMinutes: Math.floor(longestSeconds / 60) }),
    ],
    ['retry: count=3', passed()],
    ['auto_skip_error: 1', passed({ autoSkipError: true })],
    ['auto_skip_error: true', passed({ autoSkipError: true })],
    ['auto_skip_error: TRUE', passed({ autoSkipError: true })],
    ['auto_skip_error: True', passed()],
    ['auto_skip_error:', passed()],
    ['rails_env:', passed()],
    ['rails_env: test', passed({ env: { A: 'a', RAILS_ENV: 'test' } })],
    ['sleep: 0', passed()],
  ])('`%s` passes', (script, entry) => {
    expect(entryOf(script)).toEqual(entry);
  });

  it.each([
    ['echo: hi', { ...passed(), log: { level: 'INFO', message: 'hi' } }],
    ['echo:', { ...passed(), log: { level: 'INFO', message: '' } }],
  ])('`%s` passes and leaves a line in the log', (script, entry) => {
    expect(entryOf(script)).toEqual(entry);
  });

  it('`auto_skip_error: 0` leaves none on that was on before', () => {
    expect(entryOf('auto_skip_error: 0', { ...came, autoSkipError: true })).toEqual(passed());
  });

  it.each<[string, Entry]>([
    ['sleep: 60', { type: 'sleep', seconds: 60 }],
    ['sleep: 99999999999', { type: 'sleep', seconds: longestSeconds }],
    ['sub_process: 42', { type: 'launch', definition: { type: 'id', id: 42 } }],
    ['subprocess: 42', { type: 'launch', definition: { type: 'id', id: 42 } }],
    ['sub_process: 42nd', { type: 'launch', definition: { type: 'name', name: '42nd' } }],
    ['sub_process: no 42', { type: 'launch', definition: { type: 'name', name: 'no 42' } }],
    [
      `sub_process: ${'9'.repeat(20)}`,
      { type: 'launch', definition: { type: 'name', name: '9'.repeat(20) } },
    ],
    [
      'wait: 1/daily, 2 / hourly',
      {
        type: 'await',
        wait: {
          instances: [
            { definitionId: 1, period: 'daily' },
            { definitionId: 2, period: 'hourly' },
          ],
          timeout: 60,
        },
      },
    ],
    [
      'wait: after=launch 1/weekly timeout=2h on_failure=fail',
      {
        type: 'await',
        wait: {
          instances: [{ definitionId: 1, period: 'weekly' }],
          timeout: 120,
          after: 'launch',
          onFailure: 'fail',
        },
      },
    ],
    ['fork:\n  noop:', { type: 'fork', branches: [branch('/0-fork/0-noop')] }],
  ])('`%s` takes its time there', (script, entry) => {
    expect(entryOf(script)).toEqual(entry);
  });

  it.each([
    ['sleep: 1s', 'A value of sleep should be a number.'],
    ['sleep:', 'A value of sleep should be a number.'],
    ['wait: 1/yearly', 'Syntax error option value of wait: 1/yearly'],
    ['wait: after=launch', 'Syntax error option value of wait: after=launch'],
    [`wait: ${'9'.repeat(20)}/daily`, `Given Job Definition ID not found: ${'9'.repeat(20)}`],
    [
      'parallel_fork: a3\n  noop:',
      '`parallel_fork` must have a size, a whole number of at least 1.',
    ],
    [
      'parallel_fork: 3a\n  noop:',
      '`parallel_fork` must have a size, a whole number of at least 1.',
    ],
    ['parallel_fork:\n  noop:', '`parallel_fork` must have a size, a whole number of at least 1.'],
    ['fork:', '`fork` must have children.'],
  ])('`%s` cannot go on', (script, message) => {
    expect(entryOf(script)).toEqual({ type: 'broken', message });
  });
});

function branch(path: string) {
  return { from: path, within: path, env: {} };
}
