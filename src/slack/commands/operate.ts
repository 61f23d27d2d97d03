/** `retry`, `skip`, `cancel` and `terminate`: as the buttons of the same name. */
import { operatedAnswer } from '../../messages/command-answers.ts';
import { slackMessagesOf } from '../../store/slack-messages.ts';
import { operate } from '../operate.ts';
import { aboutNow, type Shell } from '../shell.ts';
import { instanceOf } from './logs.ts';
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
  await operate(shell, actor, { ...wish, requestKey: `slack:${ask.key}` });
  const messages = await slackMessagesOf(shell.db, instanceId);
  const inItsThread = messages.some(
    ({ channel, ts }) => channel === ask.channel && ts === ask.threadTs,
  );
  if (inItsThread) return;
  const instance = await instanceOf(shell, instanceId);
  await ask.answer(operatedAnswer(verb, instance, aboutNow(shell)));
}
