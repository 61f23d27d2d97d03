/** The message of a run: one an instance, edited in place until the run is final. */
import { markup, render } from '../templates.ts';
import { context, section, type Block, type Content } from './blocks.ts';
import { runButtons } from './buttons.ts';
import { deeds } from './deeds.ts';
import { code } from './fit.ts';
import { definitionLink, elapsed, instanceLink, jobName, moment, span } from './phrases.ts';
import { launchedBy } from './launched-by.ts';
import { relatedRuns } from './related-runs.ts';
import { repeatsLine } from './repeats.ts';
import { stepList, stepText } from './step-list.ts';
import type { Execution } from '../store/executions.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

/** State, who launched it and when, the steps around the current one, who did what, buttons. */
export function runMessage(run: ShownRun, about: About): Content {
  return { text: runTitle(run), blocks: [...runSummary(run, about), ...runButtons(run)] };
}

/** One sentence without markup: what a notification shows. */
export function runTitle(run: ShownRun): string {
  const { id, definitionName } = run.instance;
  return render(`slack/run#title-${stateOf(run)}`, { job: jobName(definitionName), id });
}

/** The message of a run without its buttons. */
export function runSummary(run: ShownRun, about: About): Block[] {
  const { id, definitionId, definitionName } = run.instance;
  const job = markup(`*${String(definitionLink(definitionId, definitionName, about))}*`);
  const steps = run.instance.preventedBy === null ? stepList(run) : null;
  const commands = running(run);
  const related = relatedRuns(run, about);
  const done = deeds(run);
  return [
    section(render(`slack/run#title-${stateOf(run)}`, { job, id })),
    context(facts(run, about)),
    ...(steps === null ? [] : [section(String(steps))]),
    ...(commands.length === 0 ? [] : [context(...commands)]),
    ...(related.length === 0 ? [] : [context(related.join('\n'))]),
    ...(done.length === 0 ? [] : [context(done.join('\n'))]),
    ...repeatsLine('prevented', run.alsoPrevented),
  ];
}

type State = 'working' | 'error' | 'success' | 'normal' | 'canceled' | 'prevented';

function stateOf({ instance }: ShownRun): State {
  const { preventedBy, status, afterFailure } = instance;
  if (preventedBy !== null) return 'prevented';
  return status === 'success' && afterFailure ? 'normal' : status;
}

function facts(run: ShownRun, about: About): string {
  const { instance, parent } = run;
  const { id, createdAt, finishedAt, canceledAt, errorAt, preventedBy, definitionId } = instance;
  const ended = finishedAt ?? canceledAt;
  const state = stateOf(run);
  return render('slack/run#facts', {
    instance: instanceLink(instance, `#${id}`, about),
    launched: launchedBy(instance),
    scriptChanged: instance.scriptChanged,
    parent:
      parent === null
        ? null
        : instanceLink(parent, `#${parent.id} ${parent.definitionName}`, about),
    started: moment(createdAt),
    elapsed: state === 'working' ? elapsed(createdAt, about.now) : null,
    failedAt: state === 'error' && errorAt !== null ? moment(errorAt) : null,
    took: ended === null || state === 'prevented' ? null : span(createdAt, ended),
    prevented:
      preventedBy === null
        ? null
        : instanceLink({ id: preventedBy, definitionId }, `#${preventedBy}`, about),
  });
}

/** What runs or waits for a worker now, at most three. */
function running(run: ShownRun): string[] {
  return run.executions
    .filter(({ status }) => status === 'claimed' || status === 'pending')
    .slice(-3)
    .map((execution) => render(`slack/run#${execution.status}`, commandView(run, execution)));
}

function commandView(run: ShownRun, execution: Execution) {
  const { host, workerNumber, startedAt, claimedAt, stopRequestedBy } = execution;
  const since = startedAt ?? claimedAt ?? execution.createdAt;
  return {
    // In full it stands among the steps above.
    step: code(stepText(run, execution.path), 60),
    host: host === null ? null : code(host, 80),
    worker: workerNumber,
    queue: code(execution.queue, 80),
    since: moment(since),
    stopping: stopRequestedBy !== null,
    late: execution.unstartedAt !== null,
  };
}
