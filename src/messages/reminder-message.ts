/** The reply in a run's thread that says that it is in ERROR still, and nobody has dealt with it. */
import { markup, render } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { code } from './fit.ts';
import { definitionLink, instanceLink, jobName, moment } from './phrases.ts';
import { stepText } from './step-list.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

export function reminderMessage(run: ShownRun, about: About): Content {
  const { instance, tokens } = run;
  const { id, definitionId, definitionName, status, errorAt } = instance;
  const failed = tokens.find((token) => token.status === 'failure');
  const view = {
    instance: instanceLink(instance, `#${id}`, about),
    since: errorAt === null ? null : moment(errorAt),
    step: failed === undefined ? null : code(stepText(run, failed.path), 300, '(script)'),
    status: render(`slack/reminder#now-${status}`),
  };
  const part = status === 'error' ? 'waits' : 'over';
  const job = markup(`*${String(definitionLink(definitionId, definitionName, about))}*`);
  return {
    text: render(`slack/reminder#${part}`, { ...view, job: jobName(definitionName) }),
    blocks: [section(render(`slack/reminder#${part}`, { ...view, job }))],
  };
}
