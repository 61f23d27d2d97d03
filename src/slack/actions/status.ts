/** Status: one run in full. */
import { status } from '../commands/status.ts';
import { onClick } from './listen.ts';

export const statusClick = onClick('instance', async (shell, click, { instanceId }) =>
  click.answer(await status(shell, instanceId)),
);
