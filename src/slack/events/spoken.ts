/** Something said to Kuroko in a channel, a thread or a direct message. */
import { parseCommand } from '../grammar.ts';
import { answerPrivately } from '../private-answer.ts';
import { runCommand } from '../run-command.ts';
import { serve } from '../serve.ts';
import type { Ask } from '../ask.ts';
import type { Shell } from '../shell.ts';

/** What Slack sends with `app_mention` and `message`, as far as it is read. */
export interface SpokenEvent {
  readonly channel: string;
  readonly channel_type?: string | undefined;
  readonly user?: string | undefined;
  readonly bot_id?: string | undefined;
  readonly subtype?: string | undefined;
  readonly text?: string | undefined;
  readonly ts: string;
  readonly thread_ts?: string | undefined;
}

/** `text` is the command in it. Never rejects. */
export async function spoken(
  shell: Shell,
  event: SpokenEvent,
  eventId: string,
  text: string,
): Promise<void> {
  const userId = event.user ?? event.bot_id ?? '';
  const to = { userId, channel: event.channel, threadTs: event.thread_ts ?? null };
  const ask: Ask = {
    ...to,
    fromBot: event.bot_id !== undefined || event.user === undefined,
    channelName: null,
    key: `event:${eventId}`,
    triggerId: null,
    answer: (content) => answerPrivately(shell.client, to, content),
  };
  const command = parseCommand(text);
  return serve(shell, ask, (actor) => runCommand(shell, ask, actor, command));
}
