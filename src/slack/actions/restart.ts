/** Restart: asks which way; each of the three ways asks for it, once. */
import { restartTaken } from '../../messages/restart-message.ts';
import { askRestart } from '../ask-restart.ts';
import { restartChoice } from '../commands/restart.ts';
import { onClick } from './listen.ts';
import type { RestartMode } from '../../store/restarts.ts';

export const restartClick = onClick('executor', async (shell, click, { executorId }, actor) =>
  click.answer(await restartChoice(shell, actor, { executorId })),
);

export const restartHandOverClick = wayClick('hand_over');
export const restartWaitClick = wayClick('wait');
export const restartStopClick = wayClick('stop');

function wayClick(mode: RestartMode) {
  return onClick('process', async (shell, click, { executorId, startedAt }, actor) => {
    await askRestart(shell, click, actor, { executorId, startedAt, mode });
    await click.replace(restartTaken());
  });
}
