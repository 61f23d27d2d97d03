/** What somebody asks of Kuroko, in whatever way he asked it: command, mention, click or submit. */
import { answerPrivately } from './private-answer.ts';
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
}

/**
 * `way` is how Slack wants this to be answered; when that fails (an address that has expired, a
 * form that was closed) it is said as a private message, and when that fails it is logged.
 */
export function askOf(
  { client, log }: Pick<Shell, 'client' | 'log'>,
  asked: Asked,
  way?: (content: Content) => Promise<unknown>,
): Ask {
  return {
    ...asked,
    async answer(content) {
      if (asked.fromBot) return;
      try {
        if (way !== undefined && (await way(content).then(() => true, failed))) return;
        await answerPrivately(client, asked, content);
      } catch (error) {
        log.warn({ err: error, channel: asked.channel }, 'an answer could not be given');
      }
    },
  };

  function failed(error: unknown): boolean {
    log.warn({ err: error }, 'an answer took another way');
    return false;
  }
}
