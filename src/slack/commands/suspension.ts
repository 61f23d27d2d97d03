/** `suspend job` and `resume job`: whether its schedules launch anything. */
import { findJob } from '../find-job.ts';
import { setSuspension } from '../change-schedule.ts';
import type { Ask } from '../ask.ts';
import type { SlackActor } from '../serve.ts';
import type { Shell } from '../shell.ts';

/** `job` is what was typed; the id of a button as a number. */
export async function suspension(
  shell: Shell,
  ask: Ask,
  actor: SlackActor,
  { verb, job }: { readonly verb: 'suspend' | 'resume'; readonly job: string | number },
): Promise<void> {
  const found = await findJob(shell.db, verb, job);
  if (found.status === 'ambiguous') return ask.answer(found.question);
  await setSuspension(shell, ask, actor, { definition: found.definition, verb });
}
