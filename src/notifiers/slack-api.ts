/** The outbox's own way to Slack: two calls, never faster than Slack allows. */
import { LogLevel, WebClient } from '@slack/web-api';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultOf, SlackFaultError } from './slack-fault.ts';
import type { Content } from '../messages/blocks.ts';

export interface SlackPost {
  /** Id or `#name`, or a person's id for a direct message. */
  readonly channel: string;
  readonly content: Content;
  /** `ts` of the message whose thread it is a reply in; a reply is shown in the channel, too. */
  readonly thread?: string;
}

/** Every call throws a `SlackFaultError` and nothing else. */
export interface SlackApi {
  post(post: SlackPost): Promise<{ readonly channel: string; readonly ts: string }>;
  update(place: { channel: string; ts: string }, content: Content): Promise<void>;
  /** The id of a channel that was given by name; the name as long as nothing was posted there. */
  idOf(channel: string): string;
  /** Milliseconds until Slack takes calls again; 0 when it does. */
  pausedFor(): number;
  /** Calls that wait for their turn are given up, those under way are not. */
  stop(): void;
}

/** About one message a second and channel is what `chat.postMessage` allows. */
const postEveryMs = 1_000;

export function createSlackApi({
  botToken,
  apiUrl,
  timeoutMs = 10_000,
}: {
  readonly botToken: string;
  /** Null: Slack's own. */
  readonly apiUrl: string | null;
  readonly timeoutMs?: number;
}): SlackApi {
  // The SDK's own retries hold a call for half an hour, with the words of its beginning.
  const client = new WebClient(botToken, {
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    logLevel: LogLevel.ERROR,
    logger: silent,
    ...(apiUrl !== null && { slackApiUrl: apiUrl }),
  });
  const stopped = new AbortController();
  const nextPost = new Map<string, number>();
  const ids = new Map<string, string>();
  let pausedUntil = 0;
  const pausedFor = (): number => Math.max(0, pausedUntil - performance.now());

  /** A pause that Slack has asked for holds for every call, not only for the one that was told. */
  async function call(method: string, args: Record<string, unknown>) {
    if (stopped.signal.aborted) throw given('ending');
    if (pausedFor() > 0) {
      throw new SlackFaultError({ type: 'limited', seconds: Math.ceil(pausedFor() / 1_000) });
    }
    try {
      return await client.apiCall(method, args);
    } catch (error) {
      const fault = faultOf(error);
      if (fault.type === 'limited') {
        pausedUntil = Math.max(pausedUntil, performance.now() + fault.seconds * 1_000);
      }
      throw new SlackFaultError(fault, { cause: error });
    }
  }

  async function turn(channel: string): Promise<void> {
    const now = performance.now();
    const mine = Math.max(now, nextPost.get(channel) ?? 0);
    nextPost.set(channel, mine + postEveryMs);
    if (mine > now) {
      await sleep(mine - now, undefined, { signal: stopped.signal }).catch(() => {
        throw given('ending');
      });
    }
  }

  const idOf = (channel: string): string => ids.get(channel) ?? channel;

  return {
    idOf,
    pausedFor,
    stop: () => stopped.abort(),
    async post({ channel, content, thread }) {
      await turn(idOf(channel));
      const answer = await call('chat.postMessage', {
        channel,
        ...content,
        ...plainly,
        ...(thread !== undefined && { thread_ts: thread, reply_broadcast: true }),
      });
      const { channel: id, ts } = answer as { channel?: unknown; ts?: unknown };
      if (typeof id !== 'string' || typeof ts !== 'string')
        throw given('an answer without a place');
      // The next one may be for the same channel by its id: it has to wait as well.
      if (id !== channel) {
        ids.set(channel, id);
        nextPost.set(id, nextPost.get(channel) ?? 0);
      }
      return { channel: id, ts };
    },
    async update({ channel, ts }, content) {
      await call('chat.update', { channel, ts, ...content, parse: 'none' });
    },
  };
}

/** Nothing in it is looked up, linked or unfolded by Slack. */
const plainly = { parse: 'none', unfurl_links: false, unfurl_media: false };

const given = (reason: string): SlackFaultError => new SlackFaultError({ type: 'passing', reason });

const nothing = (): void => {};
/** What goes wrong is in the books and in our own log, in our own words. */
const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};
