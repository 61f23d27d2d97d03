/** Launch on a list or a card: at once, without values. */
import { launchJob } from '../launch-job.ts';
import { onClick } from './listen.ts';

export const launchClick = onClick('definition', async (shell, click, { definitionId }, actor) => {
  const wish = { job: definitionId, env: {}, channel: click.channel };
  const content = await launchJob(shell, click, actor, wish);
  if (content !== null) await click.answer(content);
});
