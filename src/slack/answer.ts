/** Says something to one person alone or to a channel, where Slack offers no address to answer to. */
import { slackRefusal, type WebClient } from './web-client.ts';
import type { Content } from '../messages/blocks.ts';

/** Slack's words for: this person, or we, are not in that channel. */
const notThere: ReadonlySet<string> = new Set([
  'channel_not_found',
  'not_in_channel',
  'user_not_in_channel',
  'is_archived',
]);

export interface Addressee {
  readonly userId: string;
  readonly channel: string;
  readonly threadTs: string | null;
}

/** A message that everybody sees in the channel or thread where the person spoke. */
export async function answerOpenly(
  client: WebClient,
  { channel, threadTs }: Addressee,
  { text, blocks }: Content,
): Promise<void> {
  const thread = threadTs === null ? {} : { thread_ts: threadTs };
  await client.chat.postMessage({ text, blocks, ...quiet, ...thread, channel });
}

/**
 * A message that only this person sees, in the channel or thread where he spoke; a direct message
 * where that cannot be. What is said in a direct message stays.
 */
export async function answerPrivately(
  client: WebClient,
  to: Addressee,
  { text, blocks }: Content,
): Promise<void> {
  const said = { text, blocks, ...quiet };
  const thread = to.threadTs === null ? {} : { thread_ts: to.threadTs };
  if (to.channel === '') {
    await client.chat.postMessage({ ...said, channel: to.userId });
  } else if (to.channel.startsWith('D')) {
    await client.chat.postMessage({ ...said, ...thread, channel: to.channel });
  } else {
    try {
      await client.chat.postEphemeral({
        ...said,
        ...thread,
        channel: to.channel,
        user: to.userId,
      });
    } catch (error) {
      if (!notThere.has(slackRefusal(error) ?? '')) throw error;
      await client.chat.postMessage({ ...said, channel: to.userId });
    }
  }
}

/** Names and addresses in job output are not to be turned into mentions and previews. */
const quiet = {
  parse: 'none',
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
} as const;
