/** Something said to Kuroko in a channel, a thread or a direct message. */
import { askOf } from '../ask.ts';
import { parseCommand } from '../grammar.ts';
import { runCommand } from '../run-command.ts';
import { serve } from '../serve.ts';
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
  const ask = askOf(shell, {
    userId,
    fromBot: event.bot_id !== undefined || event.user === undefined,
    channel: event.channel,
    channelName: null,
    threadTs: event.thread_ts ?? null,
    key: `event:${eventId}`,
    triggerId: null,
  });
  const command = parseCommand(text);
  return serve(shell, ask, (actor) => runCommand(shell, ask, actor, command));
}
