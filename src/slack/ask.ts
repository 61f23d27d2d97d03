/** What somebody asks of Kuroko, in whatever way he asked it: command, mention, click or submit. */
import type { Content } from '../messages/blocks.ts';

export interface Ask {
  readonly userId: string;
  /** A program speaks: it is refused, and gets no answer that it could answer in turn. */
  readonly fromBot: boolean;
  /** Channel id; '' for a modal that was opened from nowhere. */
  readonly channel: string;
  /** Where Slack says it: without `#`. */
  readonly channelName: string | null;
  /** The thread it was said in: its first message. */
  readonly threadTs: string | null;
  /** Names the wish: Slack delivers a payload again when our answer was lost. */
  readonly key: string;
  /** Opens a modal, within 3 seconds and once; a mention has none. */
  readonly triggerId: string | null;
  /** Says something to this person alone. */
  answer(content: Content): Promise<void>;
}
