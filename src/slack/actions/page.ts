/** Previous and Next: another page in place of the one that is shown. */
import { jobList } from '../commands/list.ts';
import { parseList } from '../grammar.ts';
import { onClick } from './listen.ts';

export const pageClick = onClick('page', async (shell, click, { page, query }) =>
  click.replace(await jobList(shell, click.userId, parseList(query), page)),
);
