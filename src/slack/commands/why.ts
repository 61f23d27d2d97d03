/** `why job time`: what became of a minute. */
import { conflict } from '../../errors.ts';
import { whyMessage } from '../../messages/why-message.ts';
import { askWhy } from '../../operations/ask-why.ts';
import { findJob } from '../find-job.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';

export async function whyAnswer(
  shell: Shell,
  { job, time }: { readonly job: string; readonly time: string },
): Promise<Content> {
  const { db, facts } = shell;
  const found = await findJob(db, 'why', job);
  if (found.status === 'ambiguous') {
    throw conflict(
      'Several jobs have that name. Say it again with the number of one:',
      found.names,
    );
  }
  const { definition } = found;
  const told = await askWhy(db, definition.id, time, facts);
  return whyMessage({ ...told, definition }, aboutNow(shell));
}
