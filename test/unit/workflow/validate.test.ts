/** What keeps a script from being saved, as a person reads it. */
import { describe, expect, it } from 'vitest';
import { closestWord } from '../../../src/workflow/closest-word.ts';
import { lint } from '../../../src/workflow/lint.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { describeScriptError } from '../../../src/workflow/script-error.ts';
import { maintenances, parseMaintenance } from '../../../src/workflow/task/kuroko-runner.ts';
import { parseSize } from '../../../src/workflow/task/parallel-fork.ts';
import { parseDefinition } from '../../../src/workflow/task/sub-process.ts';
import { taskWords } from '../../../src/workflow/tasks.ts';
import { validate } from '../../../src/workflow/validate.ts';

const known = { customTasks: ['deploy_runner'], railsEnvCeiling: 'staging' } as const;

describe('a valid script', () => {
  it('may use every word of the language, and the custom tasks', () => {
    const script = `
noop:
sequence: a
root:
echo: hello
env: A=1 B="b c"
execute: ./run.sh
queue: batch
fork:
  execute: a
parallel_fork: 3
  execute: b
sub_process: 42
subprocess: nightly report
wait: 100/hourly, 101/daily timeout=2h
sleep: 60
timeout: 90m
expected_time: 2h
retry: count=3 sleep_time=10
  execute: c
auto_skip_error: true
rails_env: staging
kuroko_runner: remind_failure
deploy_runner: Batch.run`;
    expect(problems(script)).toEqual([]);
    const used = new Set([...script.matchAll(/^ *(\w+):/gm)].map(([, word]) => word));
    expect(used).toEqual(new Set([...taskWords, 'deploy_runner']));
  });
});

describe('an unknown word', () => {
  it('is named where it stands, with the word that may have been meant', () => {
    expect(validate(treeOf('fork:\n  exectue: a\n'), known)).toEqual([
      {
        line: 2,
        column: 3,
        message: '`exectue` is not registered in task repository.',
        suggestion: 'Did you mean `execute`?',
      },
    ]);
  });

  it('is compared with the custom tasks too, and with no regard to case', () => {
    expect(closest('deploy_runer')).toBe('deploy_runner');
    expect(closest('EXECUTE')).toBe('execute');
    expect(closest('slep')).toBe('sleep');
    expect(closest('wiat')).toBe('wait');
    expect(closest('exec')).toBe('execute');
    expect(closest('expected')).toBe('expected_time');
  });

  it('is left without a suggestion when nothing is near', () => {
    expect(closest('frobnicate')).toBe(null);
    expect(closest('ex')).toBe(null);
    expect(closest('x'.repeat(100_000))).toBe(null);
    expect(problems('frobnicate: a')).toEqual([
      '(line 1) `frobnicate` is not registered in task repository.',
    ]);
  });
});

describe('a wrong option', () => {
  it.each([
    [
      'execute:',
      'Option is required for execute Write what it runs after the colon: `execute: ...`.',
    ],
    [
      'execute: # later',
      'Option is required for execute Write what it runs after the colon: `execute: ...`.',
    ],
    [
      'deploy_runner:',
      'Option is required for deploy_runner Write what it runs after the colon: `deploy_runner: ...`.',
    ],
    [
      'env: A=1 B',
      'Syntax error option value of env: A=1 B Write `NAME=value`, and quote a value with spaces: `NAME="a b"`.',
    ],
    [
      'queue: a b',
      'Queue name must be match with /\\A@?[\\w-]{1,180}\\z/: a b Use letters, digits, `_` and `-`, with one `@` in front if you like.',
    ],
    ['fork:', '`fork` must have children. Indent the tasks to run in parallel below `fork:`.'],
    [
      'parallel_fork: 0\n  noop:',
      '`parallel_fork` must have a size, a whole number of at least 1. Write how many copies to run: `parallel_fork: 3`.',
    ],
    [
      'sub_process:',
      'Option of sub process should be a number. Write the id of a definition, or its name: `sub_process: 42`.',
    ],
    [
      'wait: 1/yearly',
      'Syntax error option value of wait: 1/yearly Write ids and periods: `wait: 100/daily 101/hourly timeout=2h`.',
    ],
    ['wait: 99999999999999999999/daily', 'Given Job Definition ID not found: 99999999999999999999'],
    ['sleep: soon', 'A value of sleep should be a number. Write whole seconds: `sleep: 60`.'],
    ['sleep:', 'A value of sleep should be a number. Write whole seconds: `sleep: 60`.'],
    [
      'timeout: 1d',
      'A value of TIMEOUT should be a number. Write minutes or hours: `timeout: 90`, `timeout: 90m`, `timeout: 2h`.',
    ],
    [
      'retry: 3',
      'Syntax error option value of retry: 3 Write how often, and the seconds between: `retry: count=3 sleep_time=10`.',
    ],
    [
      'rails_env: stagin',
      'Argument error: option value of rails_env: stagin is not settable. Did you mean `staging`?',
    ],
    [
      'rails_env: production',
      'Argument error: option value of rails_env: production is not settable. It can be `development`, `test`, `staging`.',
    ],
    [
      'kuroko_runner: remind_failures',
      '`remind_failures` is no maintenance of kuroko_runner. Did you mean `remind_failure`?',
    ],
    [
      'kuroko_runner: vacuum',
      '`vacuum` is no maintenance of kuroko_runner. There are `cleanup_old_instances`, `cleanup_old_execution_histories`, `remind_failure`.',
    ],
  ])('%j says what is wrong and what to write', (script, sentence) => {
    expect(problems(script)).toEqual([`(line 1) ${sentence}`]);
  });

  it('is told of every node, in the order of the script', () => {
    expect(
      problems('execute:\nfork:\n  sleep: a\nsleep: b').map((line) => line.slice(0, 8)),
    ).toEqual(['(line 1)', '(line 3)', '(line 4)']);
  });
});

describe('an option as a typed value', () => {
  const nodeOf = (option: string) => ({ ...treeOf(''), type: 'kuroko_runner', option });

  it('tells the id of a definition from its name', () => {
    expect(parseDefinition('042')).toEqual({ ok: true, value: { type: 'id', id: 42 } });
    expect(parseDefinition('nightly 42')).toEqual({
      ok: true,
      value: { type: 'name', name: 'nightly 42' },
    });
    expect(parseDefinition('9'.repeat(20))).toEqual({
      ok: true,
      value: { type: 'name', name: '9'.repeat(20) },
    });
  });

  it('is a number where it has to be one', () => {
    expect(parseSize('03')).toEqual({ ok: true, value: 3 });
    expect(parseSize('3 ').ok).toBe(false);
  });

  it('is one of the maintenances that there are', () => {
    for (const name of maintenances) {
      expect(parseMaintenance(nodeOf(name))).toEqual({ ok: true, value: name });
    }
    expect(parseMaintenance(nodeOf('Remind_failure')).ok).toBe(false);
  });
});

describe('lint', () => {
  it('finds the wrong options of a script that cannot be read in whole', () => {
    expect(problems('fork\n  exec: a\n    sleep: b\n  sleep: c')).toEqual([
      '(line 1) syntax error. Did you mean `fork:`?',
      '(line 2) `exec` is not registered in task repository. Did you mean `execute`?',
      '(line 3) A value of sleep should be a number. Write whole seconds: `sleep: 60`.',
      '(line 4) A value of sleep should be a number. Write whole seconds: `sleep: 60`.',
    ]);
  });

  it('gives the tree of a script that is right', () => {
    const script = 'echo: a\n';
    expect(lint(script, known)).toEqual(parse(script));
  });
});

describe('an error as one line', () => {
  it('names its line once, also where the message does already', () => {
    const error = { line: 3, column: 1, suggestion: null };
    expect(describeScriptError({ ...error, message: '(line 3) syntax error.' })).toBe(
      '(line 3) syntax error.',
    );
    expect(describeScriptError({ ...error, message: 'No.', suggestion: 'Try.' })).toBe(
      '(line 3) No. Try.',
    );
  });
});

function treeOf(script: string) {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.tree;
}

function problems(script: string): string[] {
  const linted = lint(script, known);
  return linted.ok ? [] : linted.errors.map(describeScriptError);
}

function closest(word: string): string | null {
  return closestWord(word, [...taskWords, ...known.customTasks]);
}
