/** A step that failed and was skipped by its script: nobody has to do anything about it. */
import { markup, render } from '../templates.ts';
import { context, section, type Content } from './blocks.ts';
import { code } from './fit.ts';
import { failedExecution } from './failed-execution.ts';
import { failureReason, outputSection } from './failure-message.ts';
import { definitionLink, instanceLink, jobName, moment } from './phrases.ts';
import { repeatsLine, type Repeats } from './repeats.ts';
import { stepText } from './step-list.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

/** `attempt` is the token's after the failure. */
export function skippedMessage(
  run: ShownRun,
  tokenId: number,
  attempt: number,
  about: About & { readonly tail?: string; readonly repeats?: Repeats },
): Content {
  const { id, definitionId, definitionName } = run.instance;
  const execution = failedExecution(run, tokenId, attempt);
  const path = execution?.path ?? '';
  const view = {
    step: code(stepText(run, path), 300, '(script)'),
    path: code(path, 200, '/'),
    instance: instanceLink(run.instance, `#${id}`, about),
    reason: markup(failureReason(execution)),
    at: execution?.finishedAt ? moment(execution.finishedAt) : null,
  };
  const job = markup(`*${String(definitionLink(definitionId, definitionName, about))}*`);
  return {
    text: render('slack/skipped#title', { ...view, job: jobName(definitionName) }),
    blocks: [
      section(render('slack/skipped#title', { ...view, job })),
      context(render('slack/skipped#facts', view)),
      ...(about.repeats === undefined ? [] : repeatsLine('skipped', about.repeats)),
      ...(execution === undefined || about.tail === undefined ? [] : [outputSection(about.tail)]),
    ],
  };
}
