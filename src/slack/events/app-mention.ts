/** `@kuroko ...` in a channel or a thread. */
import { spoken, type SpokenEvent } from './spoken.ts';
import type { Shell } from '../shell.ts';

/** The command is what follows the first mention of us. */
export async function appMention(shell: Shell, event: SpokenEvent, eventId: string): Promise<void> {
  // In a direct message the same words come as `message.im`, too.
  if (event.channel.startsWith('D') || event.subtype !== undefined) return;
  return spoken(shell, event, eventId, withoutMention(event.text ?? '', shell.own.botUserId));
}

/** Text from the first mention on, without it; all of it when there is none. */
export function withoutMention(text: string, botUserId: string): string {
  const mention = new RegExp(`<@${botUserId}(?:\\|[^>]*)?>[:,]?`);
  const found = mention.exec(text);
  return found === null ? text : text.slice(found.index + found[0].length);
}
