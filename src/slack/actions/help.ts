/** Buttons of the help: a verb without a word more. */
import { jobList } from '../commands/list.ts';
import { status } from '../commands/status.ts';
import { workers } from '../commands/workers.ts';
import { parseList } from '../grammar.ts';
import { onClick } from './listen.ts';

export const helpListClick = onClick('none', async (shell, click) =>
  click.answer(await jobList(shell, click.userId, parseList(''))),
);

export const helpWorkersClick = onClick('none', async (shell, click, _value, actor) =>
  click.answer(await workers(shell, actor)),
);

export const helpStatusClick = onClick('none', async (shell, click) =>
  click.answer(await status(shell, null)),
);
