/** `retry`, `skip`, `cancel` and `terminate`: as the buttons of the same name. */
import { notFound } from '../../errors.ts';
import { operatedAnswer } from '../../messages/command-answers.ts';
import { riskyRetryMessage } from '../../messages/risky-retry.ts';
import { RiskyRetry } from '../../operations/retry-risk.ts';
import { showRun } from '../../operations/show.ts';
import { readRun } from '../../store/run.ts';
import { slackMessagesOf } from '../../store/slack-messages.ts';
import { operate } from '../operate.ts';
import { aboutNow, type Shell } from '../shell.ts';
import { instanceOf } from './logs.ts';
import type { Content } from '../../messages/blocks.ts';
import type { Ask } from '../ask.ts';
import type { SlackActor } from '../serve.ts';
import type { InstanceVerb } from '../verbs.ts';

/** Says that it is done only where the run's own message does not: outside its thread. */
export async function operateCommand(
  shell: Shell,
  ask: Ask,
  actor: SlackActor,
  wish: { readonly verb: InstanceVerb; readonly instanceId: number },
): Promise<void> {
  const { verb, instanceId } = wish;
  try {
    await operate(shell, actor, { ...wish, requestKey: `slack:${ask.key}` });
  } catch (error) {
    if (error instanceof RiskyRetry) return ask.answer(await riskAnswer(shell, instanceId, error));
    throw error;
  }
  const messages = await slackMessagesOf(shell.db, instanceId);
  const inItsThread = messages.some(
    ({ channel, ts }) => channel === ask.channel && ts === ask.threadTs,
  );
  if (inItsThread) return;
  const instance = await instanceOf(shell, instanceId);
  await ask.answer(operatedAnswer(verb, instance, aboutNow(shell)));
}

/** A verb cannot ask; its answer can, with the button that does. */
async function riskAnswer(
  shell: Shell,
  instanceId: number,
  { tokenId }: RiskyRetry,
): Promise<Content> {
  const run = await readRun(shell.db, instanceId);
  if (run === null) throw notFound(`There is no run #${instanceId} any more.`);
  return riskyRetryMessage(showRun(run, shell.facts), tokenId, aboutNow(shell));
}
