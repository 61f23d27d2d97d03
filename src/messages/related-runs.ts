/** What a run has launched and what it waits for, each as a line. */
import { render } from '../templates.ts';
import { definitionLink, instanceLink, jobName } from './phrases.ts';
import type { AwaitedJob, ChildInstance } from '../store/relations.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

/** Of each kind at most: what is open before what is over, and of that the newest. */
const shown = 5;

export function relatedRuns({ children, awaited }: ShownRun, about: About): string[] {
  const open = children.filter(({ status }) => status === 'working' || status === 'error');
  const over = children.filter((child) => !open.includes(child));
  const first = [...open, ...over.toReversed()].slice(0, shown);
  return [
    ...awaited.slice(0, shown).map((job) => awaitedLine(job, about)),
    ...rest(awaited.length),
    ...first.map((child) => childLine(child, about)),
    ...rest(children.length),
  ];
}

function childLine(child: ChildInstance, about: About): string {
  return render('slack/run#child', {
    instance: instanceLink(child, `#${child.id}`, about),
    job: jobName(child.definitionName),
    state: render(`slack/states#${child.status}`),
  });
}

function awaitedLine(job: AwaitedJob, about: About): string {
  const { definitionId, definitionName, period, instanceId } = job;
  const done = instanceId === null ? null : { id: instanceId, definitionId };
  return render('slack/run#awaited', {
    job: definitionLink(definitionId, definitionName ?? `job ${definitionId}`, about),
    id: definitionId,
    period,
    instance: done === null ? null : instanceLink(done, `#${done.id}`, about),
  });
}

const rest = (count: number): string[] =>
  count > shown ? [render('slack/run#related-more', { count: count - shown })] : [];
