/** The reply in a run's thread that says that it takes longer than was expected of it. */
import { markup, render } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { code } from './fit.ts';
import { definitionLink, instanceLink, jobName, span } from './phrases.ts';
import { stepText } from './step-list.ts';
import type { LateNotice } from '../store/outbox.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

/** `tokenId` is the step that is late: the run's, or a branch with a limit of its own. */
export function lateMessage(
  run: ShownRun,
  tokenId: number | null,
  { minutes }: LateNotice,
  about: About,
): Content {
  const { id, definitionId, definitionName } = run.instance;
  const token = run.tokens.find((each) => each.id === tokenId);
  const begin = new Date(0);
  const view = {
    instance: instanceLink(run.instance, `#${id}`, about),
    step: token === undefined ? null : code(stepText(run, token.path), 300, '(script)'),
    expected: span(begin, new Date(minutes * 60_000)),
  };
  const job = markup(`*${String(definitionLink(definitionId, definitionName, about))}*`);
  return {
    text: render('slack/late#title', { job: jobName(definitionName) }),
    blocks: [section(render('slack/late#message', { ...view, job }))],
  };
}
