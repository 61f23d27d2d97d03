/** Older and Newest: another time in place of the one that is shown. */
import { history } from '../commands/history.ts';
import { onClick } from './listen.ts';

export const historyClick = onClick('history', async (shell, click, { definitionId, before }) =>
  click.replace(await history(shell, definitionId, before)),
);
