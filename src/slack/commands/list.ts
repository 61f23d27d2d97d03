/** `list [words] [tag:x] [mine|error|working]`: a page of jobs. */
import { listMessage, pageSize } from '../../messages/list-message.ts';
import { findDefinitions } from '../../operations/find-definitions.ts';
import { nextRuns } from '../../operations/next-runs.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';
import type { Command } from '../grammar.ts';

/** `page` counts from 1; in place of one that is not there any more comes the first. */
export async function jobList(
  shell: Shell,
  userId: string,
  wish: Extract<Command, { verb: 'list' }>,
  page = 1,
): Promise<Content> {
  const { words, tags, only, query } = wish;
  const filter = {
    words,
    tags,
    ...(only === 'mine' && { adminSlackUser: userId }),
    ...((only === 'error' || only === 'working') && { lastStatus: only }),
    limit: pageSize,
  };
  const { total, definitions } = await findDefinitions(
    shell.db,
    { ...filter, offset: (page - 1) * pageSize },
    shell.facts,
  );
  // Past the last row there is nothing to count, either.
  if (total === 0 && page > 1) return jobList(shell, userId, wish);
  const ids = definitions.map(({ id }) => id);
  const next = await nextRuns(shell.db, ids, shell.facts, new Date());
  return listMessage({ definitions, nextRuns: next, total, page, query }, aboutNow(shell));
}
