/** Show: the card of a job. */
import { jobCard } from '../commands/show.ts';
import { onClick } from './listen.ts';

export const showClick = onClick('definition', async (shell, click, { definitionId }, actor) =>
  click.answer(await jobCard(shell, actor, definitionId)),
);
