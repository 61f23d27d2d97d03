/** The reply in a run's thread that says that its job is back to normal. */
import { markup, render } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { definitionLink, instanceLink, jobName } from './phrases.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

export function normalMessage({ instance }: ShownRun, about: About): Content {
  const { id, definitionId, definitionName } = instance;
  const view = { instance: instanceLink(instance, `#${id}`, about) };
  const job = markup(`*${String(definitionLink(definitionId, definitionName, about))}*`);
  return {
    text: render('slack/normal#title', { job: jobName(definitionName) }),
    blocks: [section(render('slack/normal#message', { ...view, job }))],
  };
}
