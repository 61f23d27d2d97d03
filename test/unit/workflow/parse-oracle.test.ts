/** Every recorded script of the original: the same tree, and the same error among ours. */
import { describe } from 'vitest';
import { lint } from '../../../src/workflow/lint.ts';
import { parse } from '../../../src/workflow/parse.ts';
import {
  asOracleNode,
  type Difference,
  itConforms,
  oracle,
  type OracleError,
  type OracleNode,
} from './oracle.ts';

type Outcome = { readonly tree: OracleNode } | OracleError;
const cases = oracle<{ script: string }, { parse: Outcome; parse_validate: Outcome }>('parser');

const comment = 'Only an unquoted # at the start of a word starts a comment.';
const indented = 'Indented comment lines are fine.';
const mixture = 'A tab and a space are not mixed in the indentation of one script.';
const noSize = '`parallel_fork` must have a size, a whole number of at least 1.';
const wrongEnv = 'Syntax error option value of env: A';

describe('the tree', () => {
  const differences: readonly Difference[] = [
    {
      reason: comment,
      cases: {
        'parser-89': treeOf('noop', '"#a'),
        'parser-92': treeOf('noop', '\\# a'),
        'parser-96': treeOf('noop', `"'#'"#x`),
        'parser-97': treeOf('noop', `'"#"'#x`),
        'parser-186': treeOf('env', 'A=#b'),
      },
    },
    { reason: indented, cases: { 'parser-102': treeOf('noop', null) } },
    {
      reason: mixture,
      cases: {
        'parser-123': 'unreadable',
        'parser-124': 'unreadable',
        'parser-125': 'unreadable',
        'parser-126': 'unreadable',
        'parser-342': 'unreadable',
        'parser-421': 'unreadable',
      },
    },
  ];
  const rows = cases.map(({ id, input, expected }) => ({
    id,
    here: () => readableTree(input.script),
    there: 'tree' in expected.parse ? expected.parse.tree : 'unreadable',
  }));
  itConforms(rows, differences);
});

describe('the verdict', () => {
  /** All errors that Kuroko finds in each of these; none: it finds the script right. */
  const differences: readonly Difference[] = [
    { reason: comment, cases: { 'parser-186': [] } },
    { reason: indented, cases: { 'parser-102': [] } },
    {
      reason: mixture,
      cases: {
        'parser-123': ['(line 3) inconsistent indentation.'],
        'parser-124': ['(line 2) inconsistent indentation.'],
        'parser-125': ['(line 3) inconsistent indentation.'],
        'parser-126': ['(line 2) inconsistent indentation.'],
        'parser-549': [
          wrongEnv,
          'Option is required for execute',
          '(line 8) inconsistent indentation.',
          '`fork` must have children.',
        ],
      },
    },
    { reason: '`A=` sets it empty.', cases: { 'parser-180': [] } },
    { reason: '`parallel_fork: 0` would loop for ever.', cases: { 'parser-198': [noSize] } },
    {
      reason: 'The documented empty `timeout:` and `expected_time:` work.',
      cases: { 'parser-217': [], 'parser-229': [] },
    },
    {
      reason: 'Ids and queues are checked where a script is saved, for lint has no database.',
      cases: {
        'parser-237': [],
        'parser-254': [],
        'parser-335': ['Option is required for execute'],
        'parser-354': [],
        'parser-401': ['`parallel_fork` must have children.', noSize],
        'parser-537': ['`fork` must have children.'],
        'parser-545': [],
      },
    },
    {
      reason: '`sub_process` also takes the name of a definition.',
      cases: {
        'parser-272': [],
        'parser-396': [],
        'parser-418': [
          wrongEnv,
          wrongEnv,
          '`parallel_fork` must have children.',
          noSize,
          '`fork` must have children.',
        ],
        'parser-541': ['`fork` must have children.'],
      },
    },
    {
      reason: 'The message names the task that lacks its option, not what it is built on.',
      cases: { 'parser-280': ['Option is required for kuroko_runner'] },
    },
  ];
  const rows = cases.map(({ id, input, expected }) => {
    const outcome = expected.parse_validate;
    const there = 'error' in outcome ? [reworded(outcome.error.message)] : [];
    const here = () => {
      const all = errorsIn(input.script);
      // The original stops at its first error; here it is one of all.
      return there.some((error) => all.includes(error)) ? there : all;
    };
    return { id, here, there };
  });
  itConforms(rows, differences);
});

/** To the original an unknown word cannot be read, to Kuroko it is wrong. */
function readableTree(script: string): OracleNode | 'unreadable' {
  const parsed = parse(script);
  const unknown = errorsIn(script).some((message) => message.endsWith('in task repository.'));
  return parsed.ok && !unknown ? asOracleNode(parsed.tree) : 'unreadable';
}

function errorsIn(script: string): string[] {
  const linted = lint(script, { customTasks: [], railsEnvCeiling: 'production' });
  return linted.ok ? [] : linted.errors.map((error) => error.message);
}

/** The same error in other words: the original's name a Ruby class, or a pattern that is not ours. */
function reworded(message: string): string {
  return message
    .replace(
      /^Kuroko2::Workflow::Task::Fork must have children node$/,
      '`fork` must have children.',
    )
    .replace(
      /^Kuroko2::Workflow::Task::ParallelFork must have children node$/,
      '`parallel_fork` must have children.',
    )
    .replace(/^ParallelFork must have a parallel size \(Int\)$/, noSize)
    .replace(/^(Queue name must be match with ).*\/:/, '$1/\\A@?[\\w-]{1,180}\\z/:');
}

function treeOf(type: string, option: string | null): OracleNode {
  const child = { type, option, path: `/0-${type}`, children: [] };
  return { type: 'root', option: null, path: '', children: [child] };
}
