/** Logs: the tail of a run's log and output. */
import { logs } from '../commands/logs.ts';
import { onClick } from './listen.ts';

export const logsClick = onClick('instance', async (shell, click, { instanceId }) =>
  click.answer(await logs(shell, instanceId)),
);
