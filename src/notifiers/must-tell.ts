/** Which events Slack tells of where there is no message yet: those of all chats, and what waits for people. */
import { tellsChat } from './told-of.ts';
import type { Definition } from '../store/definitions.ts';
import type { Notice } from '../store/outbox.ts';

export function mustTell(
  notice: Notice,
  definition: Pick<Definition, 'notifyAllEvents' | 'notifyCancellation'>,
): boolean {
  const { event } = notice;
  return event === 'reminder' || event === 'unstarted' || tellsChat(notice, definition);
}
