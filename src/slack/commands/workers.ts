/** `workers`: executors, and what each of their workers does. */
import { workersMessage, workersPageSize } from '../../messages/workers-message.ts';
import { isAllowed } from '../../operations/authorise.ts';
import { shownExecutors } from '../shown-executors.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';
import type { SlackActor } from '../serve.ts';

/** `page` counts from 1; in place of one that is not there any more comes the first. */
export async function workers(shell: Shell, actor: SlackActor, page = 1): Promise<Content> {
  const { db, config } = shell;
  const offset = (page - 1) * workersPageSize;
  const [{ total, executors }, mayAdminister] = await Promise.all([
    shownExecutors(shell, db, { limit: workersPageSize, offset }),
    isAllowed(db, { actor, action: 'administer', definition: null, policy: config.slack }),
  ]);
  if (executors.length === 0 && page > 1) return workers(shell, actor);
  return workersMessage({ executors, total, page, mayAdminister }, aboutNow(shell));
}
