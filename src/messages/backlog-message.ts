/** Many commands of one queue that nobody takes, told of in one message. */
import { render } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { code } from './fit.ts';
import type { UnstartedNotice } from '../store/outbox.ts';

export function backlogMessage({ queue, workers, waiting }: UnstartedNotice): Content {
  const view = { queue: code(queue, 200), waiting, nobody: workers === 'none' };
  const text = render('slack/unstarted#backlog', view);
  return { text, blocks: [section(text)] };
}
