/** Previous and Next: another page in place of the one that is shown. */
import { executions } from '../commands/executions.ts';
import { jobList } from '../commands/list.ts';
import { workers } from '../commands/workers.ts';
import { parseList } from '../grammar.ts';
import { onClick } from './listen.ts';

export const pageClick = onClick('page', async (shell, click, { of, page, query }, actor) => {
  switch (of) {
    case 'list':
      return click.replace(await jobList(shell, click.userId, parseList(query), page));
    case 'workers':
      return click.replace(await workers(shell, actor, page));
    case 'executions':
      return click.replace(await executions(shell, page));
  }
});
