/** What a script that comes from Kuroko2 means differently here: the consequence, where it stands. */
import type { Node } from './node.ts';
import type { ScriptError } from './script-error.ts';
import { parseSwitch } from './task/auto-skip-error.ts';
import { parseEnv } from './task/env.ts';
import { parseMinutes } from './task/minutes.ts';
import { walkNodes } from './walk-nodes.ts';

/** In the order of the script, of a tree that is right. What Kuroko2 took for comments is among the warnings. */
export function movingNotes(tree: Node): ScriptError[] {
  const nodes = walkNodes(tree);
  return nodes.flatMap((node, index) => {
    const message = notes.get(node.type)?.(node, nodes, index) ?? null;
    const { line, column } = node;
    return message === null ? [] : [{ line, column, message, suggestion: null }];
  });
}

/** Null: it means the same. `nodes` is the script, in which the node has that `index`. */
type Note = (node: Node, nodes: readonly Node[], index: number) => string | null;

const forkNote: Note = (node) =>
  /\/\d+-(parallel_)?fork\//.test(node.path)
    ? 'Every branch runs; Kuroko2 passed over branches of a fork within a fork, and called that SUCCESS.'
    : null;

const subProcessNote: Note = () =>
  'Cancel ends what it launched, too, and Retry after that launches it anew; Kuroko2 did neither.';

const notes: ReadonlyMap<string, Note> = new Map(
  Object.entries<Note>({
    fork: forkNote,
    parallel_fork: forkNote,
    sub_process: subProcessNote,
    subprocess: subProcessNote,
    sleep: (node, nodes, index) =>
      isBelow(nodes[index + 1], branchOf(node))
        ? null
        : 'It sleeps; at the end of a script or branch Kuroko2 did not.',
    retry: ({ children }) =>
      children.some((child) => child.children.length > 0)
        ? 'It covers every step below it; in Kuroko2 only those directly below.'
        : null,
    wait: (node, nodes, index) =>
      nodes.slice(0, index).some((other) => takesTime(other) && isBelow(other, branchOf(node)))
        ? 'Its timeout counts from the wait; in Kuroko2 from the launch, or the fork around it.'
        : null,
    timeout: ({ type, option }) => {
      const minutes = parseMinutes(type, option);
      return minutes.ok && minutes.value
        ? 'It counts the time that a command runs, for each attempt; Kuroko2 counted its time in the queue, too, and once only.'
        : null;
    },
    rails_env: ({ option }) =>
      option ? `Commands are given RAILS_ENV=${option}; Kuroko2 did not pass it on.` : null,
    auto_skip_error: ({ option }) =>
      parseSwitch(option)
        ? 'An error that is skipped is told of as skipped; Kuroko2 told of a failure first.'
        : null,
    env: ({ option }) => {
      const pairs = parseEnv(option);
      const names = pairs.ok ? Object.keys(pairs.value).filter((name) => ownNames.test(name)) : [];
      return names.length > 0
        ? `${names.join(' and ')} keep their own values; in Kuroko2 a script could set them.`
        : null;
    },
  }),
);

const ownNames = /^KUROKO2_(JOB_DEFINITION_(ID|NAME)|JOB_INSTANCE_ID|LAUNCHED_TIME)$/;

/** The path of what one token runs: the innermost branch of a fork, else the script. */
const branchOf = ({ path }: Node): string =>
  /^.*\/\d+-(?:fork\/\d+-\w*|parallel_fork)(?=\/|$)/.exec(path)?.[0] ?? '';

const isBelow = (node: Node | undefined, path: string): boolean =>
  node !== undefined && node.path.startsWith(`${path}/`);

const takesTime = ({ type }: Node): boolean => !instant.has(type);

const instant: ReadonlySet<string> = new Set([
  'root',
  'noop',
  'sequence',
  'echo',
  'env',
  'queue',
  'fork',
  'parallel_fork',
  'timeout',
  'expected_time',
  'retry',
  'auto_skip_error',
  'rails_env',
]);
