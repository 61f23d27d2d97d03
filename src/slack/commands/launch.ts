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
  const words = wordsOfName(job, pairs);
  const env = parseEnv(pairs.slice(words.length));
  const problems = [...quotesMissed(job, words), ...(env.ok ? [] : env.problems)];
  if (!env.ok || problems.length > 0) throw invalid('Nothing was launched.', problems);
  if (job === null) return ask.answer(whichJobAnswer());
  const content = await launchJob(shell, ask, actor, { job, env: env.env, channel: ask.channel });
  if (content !== null) await ask.answer(content);
}

/** `launch nightly report A=1`: what follows the first word may belong to the name. */
function wordsOfName(job: string | null, pairs: readonly string[]): readonly string[] {
  if (job === null) return [];
  const at = pairs.findIndex((pair) => pair.includes('='));
  return at === -1 ? pairs : pairs.slice(0, at);
}

function quotesMissed(job: string | null, words: readonly string[]): string[] {
  if (job === null || words.length === 0) return [];
  const said = words.join(' ');
  return [
    `"${said}" is not an environment pair: write NAME=value. A name with spaces goes in quotes: launch "${job} ${said}"`,
  ];
}
