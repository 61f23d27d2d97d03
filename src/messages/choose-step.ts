/** The private answer to "Choose step...": every failed step with buttons of its own. */
import { render } from '../templates.ts';
import { context, section, type Content } from './blocks.ts';
import { failedTokens, tokenBlocks } from './buttons.ts';
import { jobName } from './phrases.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

/** Steps at most: each takes two blocks of the fifty that a message has. */
const shown = 20;

export function chooseStepMessage(run: ShownRun, _about: About): Content {
  const failed = failedTokens(run);
  const { id, definitionName } = run.instance;
  const view = { job: jobName(definitionName), id, count: failed.length };
  const title = render(
    failed.length === 0 ? 'slack/choose-step#none' : 'slack/choose-step#title',
    view,
  );
  const rest = failed.length - shown;
  return {
    text: title,
    blocks: [
      section(title),
      ...failed.slice(0, shown).flatMap((token) => tokenBlocks(run, token)),
      ...(rest > 0 ? [context(render('slack/choose-step#rest', { rest }))] : []),
    ],
  };
}
