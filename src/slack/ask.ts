/** What somebody asks of Kuroko, in whatever way he asked it: command, mention, click or submit. */
import { answerOpenly, answerPrivately } from './answer.ts';
import type { Content } from '../messages/blocks.ts';
import type { Shell } from './shell.ts';

export interface Asked {
  readonly userId: string;
  /** A program speaks: it is refused, and gets no answer that it could answer in turn. */
  readonly fromBot: boolean;
  /** Channel id. */
  readonly channel: string;
  /** Where Slack says it: without `#`. */
  readonly channelName: string | null;
  /** The thread it was said in: its first message. */
  readonly threadTs: string | null;
  /** Names the wish: Slack delivers a payload again when our answer was lost. */
  readonly key: string;
  /** Opens a modal, within 3 seconds and once; a mention has none. */
  readonly triggerId: string | null;
}

export interface Ask extends Asked {
  /** Says something to this person alone. Never rejects: what was done stays done. */
  answer(content: Content): Promise<void>;
  /** Says something to everybody where he spoke. Never rejects, either. */
  announce(content: Content): Promise<void>;
}

export type Audience = 'person' | 'channel';

/**
 * `way` is how Slack wants this to be answered; when that fails (an address that has expired, a
 * form that was closed) it is said without it, and when that fails it is logged. What a channel
 * cannot be told is told to the person.
 */
export function askOf(
  { client, log }: Pick<Shell, 'client' | 'log'>,
  asked: Asked,
  way?: (content: Content, to: Audience) => Promise<unknown>,
): Ask {
  async function say(content: Content, to: Audience): Promise<void> {
    if (asked.fromBot) return;
    try {
      if (way !== undefined && (await way(content, to).then(() => true, failed))) return;
      const openly = to === 'channel' && asked.channel !== '';
      if (openly && (await answerOpenly(client, asked, content).then(() => true, failed))) return;
      await answerPrivately(client, asked, content);
    } catch (error) {
      log.warn({ err: error, channel: asked.channel }, 'an answer could not be given');
    }
  }

  function failed(error: unknown): boolean {
    log.warn({ err: error }, 'an answer took another way');
    return false;
  }

  return {
    ...asked,
    answer: (content) => say(content, 'person'),
    announce: (content) => say(content, 'channel'),
  };
}
