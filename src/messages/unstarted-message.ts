/** The reply in a run's thread that says that nobody takes its command. */
import { markup, render } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { code } from './fit.ts';
import { definitionLink, jobName, moment, span } from './phrases.ts';
import { stepText } from './step-list.ts';
import type { Execution } from '../store/executions.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

/** The command that it is about: the first of the run of which somebody was told. */
export const unstartedExecution = (run: ShownRun): Execution | undefined =>
  run.executions.find(({ unstartedAt }) => unstartedAt !== null);

/** `workers` of the queue: none at all, or all at work; what became of it once it waits no more. */
export function unstartedMessage(run: ShownRun, workers: 'busy' | 'none', about: About): Content {
  const execution = unstartedExecution(run);
  const { definitionId, definitionName } = run.instance;
  const view = {
    step: code(stepText(run, execution?.path ?? ''), 300, '(script)'),
    queue: code(execution?.queue ?? '', 200),
    since: execution === undefined ? null : moment(execution.createdAt),
    host: execution?.host ? code(execution.host, 80) : null,
    waited: execution?.claimedAt ? span(execution.createdAt, execution.claimedAt) : null,
    nobody: workers === 'none',
  };
  const part = execution?.status === 'pending' ? 'waits' : view.waited === null ? 'over' : 'taken';
  const job = markup(`*${String(definitionLink(definitionId, definitionName, about))}*`);
  return {
    text: render(`slack/unstarted#${part}`, { ...view, job: jobName(definitionName) }),
    blocks: [section(render(`slack/unstarted#${part}`, { ...view, job }))],
  };
}
