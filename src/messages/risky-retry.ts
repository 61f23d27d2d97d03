/** The private answer to a `retry` of what may still run: the risk, and the button that asks before it takes it. */
import { markup, render } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { failedTokens, tokenButtons } from './buttons.ts';
import { chooseStepMessage } from './choose-step.ts';
import { failedExecution } from './failed-execution.ts';
import { lostRisk } from './lost-risk.ts';
import { instanceLink } from './phrases.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

export function riskyRetryMessage(run: ShownRun, tokenId: number, about: About): Content {
  const { instance } = run;
  const token = failedTokens(run).find(({ id }) => id === tokenId);
  const failed = token && failedExecution(run, tokenId, token.attempt);
  // Somebody was faster: what there is to be done now.
  if (token === undefined || failed === undefined) return chooseStepMessage(run, about);
  const text = render('slack/failure#not-retried', {
    instance: instanceLink(instance, `${instance.definitionName} #${instance.id}`, about),
    risk: markup(lostRisk(failed)),
  });
  return {
    text,
    blocks: [section(text), { type: 'actions', elements: tokenButtons(run, token) }],
  };
}
