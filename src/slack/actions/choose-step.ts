/** "Choose step...": every step that failed or waits, with buttons of its own. */
import { notFound } from '../../errors.ts';
import { chooseStepMessage } from '../../messages/choose-step.ts';
import { showRun } from '../../operations/show.ts';
import { readRun } from '../../store/run.ts';
import { aboutNow } from '../shell.ts';
import { onClick } from './listen.ts';

export const chooseStepClick = onClick('instance', async (shell, click, { instanceId }) => {
  const run = await readRun(shell.db, instanceId);
  if (run === null) throw notFound(`There is no run #${instanceId} any more.`);
  await click.answer(chooseStepMessage(showRun(run, shell.facts), aboutNow(shell)));
});
