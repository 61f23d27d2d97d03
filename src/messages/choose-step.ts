/** The private answer to "Choose step...": every step that failed or waits, with buttons of its own. */
import { render } from '../templates.ts';
import { context, section, type Content } from './blocks.ts';
import { failedTokens, openTokens, tokenBlocks } from './buttons.ts';
import { jobName } from './phrases.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

/** Steps at most: each takes two blocks of the fifty that a message has. */
const shown = 20;

export function chooseStepMessage(run: ShownRun, _about: About): Content {
  const [failed, open] = [failedTokens(run).length, openTokens(run)];
  const { id, definitionName } = run.instance;
  const title = render(open.length === 0 ? 'slack/choose-step#none' : 'slack/choose-step#title', {
    job: jobName(definitionName),
    id,
    failed,
    waiting: open.length - failed,
    oneFailed: failed === 1,
    oneWaits: open.length - failed === 1,
  });
  const rest = open.length - shown;
  return {
    text: title,
    blocks: [
      section(title),
      ...open.slice(0, shown).flatMap((token) => tokenBlocks(run, token)),
      ...(rest > 0 ? [context(render('slack/choose-step#rest', { rest }))] : []),
    ],
  };
}
