/** `launch [job] [K=V...]`: launches; without a job it opens the form. */
import { invalid } from '../../errors.ts';
import { whichJobAnswer } from '../../messages/command-answers.ts';
import { parseEnv } from '../../operations/parse-env.ts';
import { launchJob } from '../launch-job.ts';
import type { Ask } from '../ask.ts';
import type { SlackActor } from '../serve.ts';
import type { Shell } from '../shell.ts';

/** Without a job only where no form can be opened: `listeners` opens it before anything else. */
export async function launchCommand(
  shell: Shell,
  ask: Ask,
  actor: SlackActor,
  { job, env: pairs }: { readonly job: string | null; readonly env: readonly string[] },
): Promise<void> {
  const env = parseEnv(pairs);
  if (!env.ok) throw invalid('Nothing was launched.', env.problems);
  if (job === null) return ask.answer(whichJobAnswer());
  const content = await launchJob(shell, ask, actor, { job, env: env.env, channel: ask.channel });
  if (content !== null) await ask.answer(content);
}
