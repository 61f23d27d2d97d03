/** Buttons of the help: a verb without a word more. */
import { jobList } from '../commands/list.ts';
import { status } from '../commands/status.ts';
import { parseList } from '../grammar.ts';
import { onClick } from './listen.ts';

export const helpListClick = onClick('none', async (shell, click) =>
  click.answer(await jobList(shell, click.userId, parseList(''))),
);

export const helpStatusClick = onClick('none', async (shell, click) =>
  click.answer(await status(shell, null)),
);
