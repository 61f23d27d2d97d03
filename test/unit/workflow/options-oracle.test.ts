/** Every recorded option of the original: the same values, the same refusal. */
import { describe, expect, it } from 'vitest';
import type { RailsEnv } from '../../../src/workflow/known.ts';
import type { Node } from '../../../src/workflow/node.ts';
import type { Option } from '../../../src/workflow/option.ts';
import { taskOf } from '../../../src/workflow/tasks.ts';
import { parseSwitch } from '../../../src/workflow/task/auto-skip-error.ts';
import { parseEnv } from '../../../src/workflow/task/env.ts';
import { parseMinutes } from '../../../src/workflow/task/minutes.ts';
import { parseQueue } from '../../../src/workflow/task/queue.ts';
import { parseRailsEnv } from '../../../src/workflow/task/rails-env.ts';
import { parseRetry } from '../../../src/workflow/task/retry.ts';
import { parseSeconds } from '../../../src/workflow/task/sleep.ts';
import { parseWait } from '../../../src/workflow/task/wait.ts';
import { itConforms, oracle, type OracleError, stripped } from './oracle.ts';

interface WithOption {
  readonly option: string | null;
}
interface Executed<Context> {
  readonly context: Context;
}
type Validated = { readonly ok: true } | OracleError;

describe('env', () => {
  const cases = oracle<WithOption, { execute: Executed<{ ENV: object }>; validate: Validated }>(
    'env',
  );
  const rows = cases.map(({ id, input, expected: { execute, validate } }) => ({
    id,
    here: () => valueOrMessage(parseEnv(stripped(input.option))),
    there: 'error' in validate ? validate.error.message : execute.context.ENV,
  }));
  itConforms(rows, [
    { reason: '`env:` alone does nothing.', cases: { 'env-1': {}, 'env-252': {} } },
    {
      reason: '`A=` sets it empty.',
      cases: {
        'env-11': { A: '' },
        'env-12': { A: '', B: '1' },
        'env-126': { C: 'z', D: 'w', B: '' },
        'env-156': { B: '' },
      },
    },
  ]);
});

describe('wait', () => {
  type Waiting = { job_definition_id: number; period: string };
  const cases = oracle<WithOption, { result: { jobs: Waiting[]; timeout: number } } | OracleError>(
    'wait_option',
  );
  const asInstance = (job: Waiting) => ({
    definitionId: job.job_definition_id,
    period: job.period,
  });
  const rows = cases.map(({ id, input, expected }) => ({
    id,
    here: () => valueOrMessage(parseWait(stripped(input.option))),
    there:
      'error' in expected
        ? expected.error.message
        : { instances: expected.result.jobs.map(asInstance), timeout: expected.result.timeout },
  }));
  itConforms(rows, [
    {
      reason: 'Ids are checked where a script is saved.',
      cases: {
        'wait_option-30': { instances: [{ definitionId: 0, period: 'daily' }], timeout: 60 },
      },
    },
    {
      reason: 'There must be something to wait for.',
      cases: { 'wait_option-60': 'Syntax error option value of wait: timeout=1h' },
    },
  ]);
});

describe('retry', () => {
  const cases = oracle<
    WithOption,
    { parse: { result: { count: number; sleep_time: number } }; validate: Validated }
  >('retry_option').filter(({ input }) => 'option' in input);
  const rows = cases.map(({ id, input, expected: { parse, validate } }) => ({
    id,
    here: () => valueOrMessage(parseRetry(stripped(input.option))),
    there:
      'error' in validate
        ? validate.error.message
        : { count: parse.result.count, sleepTime: parse.result.sleep_time },
  }));
  itConforms(rows);
});

describe('timeout and expected_time', () => {
  const cases = oracle<
    WithOption & { type: string },
    { execute: Executed<Record<string, number>>; validate: Validated }
  >('time_base');
  const rows = cases.map(({ id, input, expected: { execute, validate } }) => ({
    id,
    here: () => valueOrMessage(parseMinutes(input.type, stripped(input.option))),
    there: 'error' in validate ? validate.error.message : execute.context[input.type.toUpperCase()],
  }));
  itConforms(rows, [
    {
      reason: 'The documented empty forms work, and change nothing.',
      cases: {
        'time_base-1': null,
        'time_base-2': null,
        'time_base-3': null,
        'time_base-49': null,
      },
    },
  ]);
});

describe('queue', () => {
  const cases = oracle<WithOption, { execute: Executed<{ QUEUE: string }>; validate: Validated }>(
    'queue',
  );
  const rows = cases.map(({ id, input, expected: { execute, validate } }) => ({
    id,
    here: () => valueOrMessage(parseQueue(stripped(input.option))),
    there:
      'error' in validate
        ? validate.error.message.replace(/\/A.*z\//, '/\\A@?[\\w-]{1,180}\\z/')
        : execute.context.QUEUE,
  }));
  itConforms(rows, [
    {
      reason: 'An empty one is the default one, as documented.',
      cases: { 'queue-1': '@default', 'queue-2': '@default' },
    },
    {
      reason: 'A queue that nobody serves is only worth a warning.',
      cases: {
        'queue-12': 'nosuch',
        'queue-26': '_',
        'queue-30': 'default',
      },
    },
  ]);

  it('has a name of at most 180 characters', () => {
    expect(parseQueue('q'.repeat(180)).ok).toBe(true);
    expect(parseQueue('q'.repeat(181)).ok).toBe(false);
  });
});

describe('sleep', () => {
  const cases = oracle<
    WithOption & { now_epoch: number },
    { execute: Executed<{ SLEEP: number }>; validate: Validated }
  >('sleep');
  const rows = cases.map(({ id, input, expected: { execute, validate } }) => ({
    id,
    here: () => valueOrMessage(parseSeconds(stripped(input.option))),
    there: 'error' in validate ? validate.error.message : execute.context.SLEEP - input.now_epoch,
  }));
  itConforms(rows, [
    {
      reason: 'One right line among several is not enough; a script cannot have them.',
      cases: { 'sleep-23': 'A value of sleep should be a number.' },
    },
  ]);
});

describe('auto_skip_error', () => {
  const cases = oracle<WithOption, { execute: Executed<{ AUTO_SKIP_ERROR: boolean }> }>(
    'auto_skip_error',
  );
  itConforms(
    cases.map(({ id, input, expected }) => ({
      id,
      here: () => parseSwitch(stripped(input.option)),
      there: expected.execute.context.AUTO_SKIP_ERROR,
    })),
  );
});

describe('rails_env', () => {
  const cases = oracle<
    WithOption & { rails_env: RailsEnv },
    { execute: Executed<{ RAILS_ENV?: string }> | OracleError }
  >('rails_env');
  const rows = cases.map(({ id, input, expected: { execute } }) => ({
    id,
    here: () => valueOrMessage(parseRailsEnv(stripped(input.option), input.rails_env)),
    // The original refuses it as late as in the run.
    there:
      'error' in execute
        ? execute.error.message.replace('Argment', 'Argument')
        : (execute.context.RAILS_ENV ?? null),
  }));
  itConforms(rows, [
    {
      reason: 'An option that only a comment leaves empty is none.',
      cases: {
        'rails_env-2': null,
        'rails_env-11': null,
        'rails_env-20': null,
        'rails_env-29': null,
      },
    },
  ]);
});

describe('what a task demands', () => {
  const cases = oracle<WithOption & { type: string; has_child: boolean }, { validate: Validated }>(
    'validate_misc',
  );
  const rows = cases.map(({ id, input, expected }) => ({
    id,
    here: () => verdict(input.type, stripped(input.option), input.has_child),
    there: 'error' in expected.validate ? 'wrong' : 'right',
  }));
  itConforms(rows, [
    { reason: '`parallel_fork: 0` would loop for ever.', cases: { 'validate_misc-6': 'wrong' } },
    {
      reason: '`sub_process` also takes the name of a definition.',
      cases: {
        'validate_misc-39': 'right',
        'validate_misc-40': 'right',
        'validate_misc-41': 'right',
        'validate_misc-51': 'right',
        'validate_misc-52': 'right',
        'validate_misc-53': 'right',
      },
    },
    {
      reason: 'It is none of the four environments, and could only end critically.',
      cases: { 'validate_misc-92': 'wrong' },
    },
    {
      reason: 'It is no maintenance that is built in.',
      cases: { 'validate_misc-97': 'wrong' },
    },
  ]);
});

function valueOrMessage(option: Option<unknown>): unknown {
  return option.ok ? option.value : option.problem.message;
}

function verdict(type: string, option: string | null, hasChild: boolean): 'right' | 'wrong' {
  const node: Node = { type, option, path: `/0-${type}`, line: 1, column: 1, children: [] };
  const child: Node = { ...node, type: 'noop', option: null, path: `${node.path}/0-noop` };
  const parent = { ...node, children: hasChild ? [child] : [] };
  const problems = taskOf(type)?.check(parent, { customTasks: [], railsEnvCeiling: 'production' });
  return problems?.length === 0 ? 'right' : 'wrong';
}
