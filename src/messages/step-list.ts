/** The steps of a run as a list for reading, around the one it stands at. */
import { render, type Markup } from '../templates.ts';
import { codeBlock, line } from './fit.ts';
import { scriptLines, type ScriptLine } from './script-lines.ts';
import type { ShownRun } from '../store/shown.ts';

/** Lines at most: more do not fit on a phone beside what matters. */
const shown = 12;
/** Of them before the step that it stands at: what comes next is of more interest. */
const before = 4;
const lineLimit = 110;

/** `✔` done, `▶` runs, `✖` failed, `⤼` skipped, `◷` waits, `■` cancelled, `○` to come. */
export type StepMark = 'done' | 'runs' | 'waits' | 'failed' | 'skipped' | 'canceled' | 'ahead';

const marks: Record<StepMark, string> = {
  done: '✔',
  runs: '▶',
  waits: '◷',
  failed: '✖',
  skipped: '⤼',
  canceled: '■',
  ahead: '○',
};

/** Null for a script without a step. */
export function stepList(run: ShownRun): Markup | null {
  const steps = scriptLines(run.instance.script);
  if (steps.length === 0) return null;
  const passed = countPassed(steps, run);
  const marked = steps.map((step, index) => markOf(step, index < passed, run));
  const current = marked.findIndex((mark) => mark !== 'done' && mark !== 'skipped');
  const last = current === -1 ? steps.length : current;
  const from = Math.max(0, Math.min(last - before, steps.length - shown));
  const to = Math.min(steps.length, from + shown);
  const lines = steps.slice(from, to).map((step, index) => {
    const mark = marks[marked[from + index] ?? 'ahead'];
    return `${mark} ${'  '.repeat(Math.min(step.depth, 6))}${line(step.text, lineLimit)}`;
  });
  if (from > 0) lines.unshift(render('slack/run#steps-before', { count: from }));
  if (to < steps.length) lines.push(render('slack/run#steps-after', { count: steps.length - to }));
  return codeBlock(lines.join('\n'), 2_900);
}

/** What a step is called in a sentence: its line in the script. */
export function stepText(
  { instance }: { readonly instance: Pick<ShownRun['instance'], 'script'> },
  path: string,
): string {
  return scriptLines(instance.script).find((step) => step.path === path)?.text ?? path;
}

function markOf(step: ScriptLine, passed: boolean, run: ShownRun): StepMark {
  const here = run.tokens.find(({ path }) => path === step.path);
  switch (here?.status) {
    case 'working':
      return 'runs';
    case 'waiting':
      return 'waits';
    case 'failure':
    case 'critical':
      return 'failed';
    case 'canceled':
      return 'canceled';
    case 'finished':
    case undefined:
  }
  if (run.tokens.some(({ path }) => path.startsWith(`${step.path}/`))) return 'runs';
  const execution = run.executions.findLast(({ path }) => path === step.path);
  if (execution !== undefined) {
    return execution.status === 'finished' && execution.exitStatus === 0 ? 'done' : 'skipped';
  }
  return passed || run.instance.status === 'success' ? 'done' : 'ahead';
}

/**
 * How many steps lie before every token that is under way. Steps that start no command leave no
 * trace: those have been passed.
 */
function countPassed(steps: readonly ScriptLine[], run: ShownRun): number {
  const paths = new Set(
    run.tokens.filter(({ status }) => status !== 'finished').map(({ path }) => path),
  );
  return Math.max(
    0,
    steps.findIndex(({ path }) => paths.has(path)),
  );
}
