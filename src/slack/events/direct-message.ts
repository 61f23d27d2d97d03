/** Something said to Kuroko in a direct message: a command as it is, or with a mention before it. */
import { withoutMention } from './app-mention.ts';
import { spoken, type SpokenEvent } from './spoken.ts';
import type { Shell } from '../shell.ts';

export async function directMessage(
  shell: Shell,
  event: SpokenEvent,
  eventId: string,
): Promise<void> {
  // Edits, deletions and joins are messages with a subtype, and nobody says anything with them.
  if (event.channel_type !== 'im' || event.subtype !== undefined) return;
  if (event.user === shell.own.botUserId) return;
  return spoken(shell, event, eventId, withoutMention(event.text ?? '', shell.own.botUserId));
}
