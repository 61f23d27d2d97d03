/** The outbox's own way to Slack: two calls, never faster than Slack allows. */
import { LogLevel, WebClient } from '@slack/web-api';
import { createHash, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultOf, isOfARepeat, SlackFaultError } from './slack-fault.ts';
import type { Content } from '../messages/blocks.ts';

export interface SlackPost {
  /** Id or `#name`, or a person's id for a direct message. */
  readonly channel: string;
  readonly content: Content;
  /** `ts` of the message whose thread it is a reply in. */
  readonly thread?: string;
  /** A reply that is shown in the channel, too. */
  readonly broadcast?: boolean;
  /** Names the message: posted once more under the same name, Slack answers with the first. */
  readonly key: string;
}

/** Every call throws a `SlackFaultError` and nothing else. */
export interface SlackApi {
  post(post: SlackPost): Promise<{ readonly channel: string; readonly ts: string }>;
  update(place: { channel: string; ts: string }, content: Content): Promise<void>;
  /** The id of a channel that was given by name; the name as long as nothing was posted there. */
  idOf(channel: string): string;
  /** When Slack last had a word for a call, on the monotonic clock; -Infinity before the first. */
  answeredAt(): number;
  /** Milliseconds until Slack takes calls again; 0 when it does. */
  pausedFor(): number;
  /** Calls that wait for their turn are given up, those under way are not. */
  stop(): void;
}

/** `chat.update` takes fifty and more a minute of the whole workspace, and some at once. */
const editEveryMs = 1_200;
const editsAtOnce = 40;

export function createSlackApi({
  botToken,
  apiUrl,
  timeoutMs = 10_000,
  postEveryMs = 1_000,
}: {
  readonly botToken: string;
  /** Null: Slack's own. */
  readonly apiUrl: string | null;
  readonly timeoutMs?: number;
  /** About one message a second and channel is what `chat.postMessage` allows. */
  readonly postEveryMs?: number;
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
  // Each call that waits for its turn listens, and there may be many.
  setMaxListeners(0, stopped.signal);
  const nextPost = new Map<string, number>();
  const ids = new Map<string, string>();
  let nextEdit = 0;
  let pausedUntil = 0;
  let answeredAt = -Infinity;
  const pausedFor = (): number => Math.max(0, pausedUntil - performance.now());

  /** A pause that Slack has asked for holds for every call, not only for the one that was told. */
  async function call(method: string, args: Record<string, unknown>) {
    if (stopped.signal.aborted) throw given('ending');
    if (pausedFor() > 0) {
      throw new SlackFaultError({ type: 'limited', seconds: Math.ceil(pausedFor() / 1_000) });
    }
    try {
      const answer = await client.apiCall(method, args);
      answeredAt = performance.now();
      return answer;
    } catch (error) {
      const fault = faultOf(error);
      if (fault.type === 'limited') {
        pausedUntil = Math.max(pausedUntil, performance.now() + fault.seconds * 1_000);
      }
      if (fault.type === 'final') answeredAt = performance.now();
      throw new SlackFaultError(fault, { cause: error });
    }
  }

  async function turnToPost(channel: string): Promise<void> {
    const mine = Math.max(performance.now(), nextPost.get(channel) ?? 0);
    nextPost.set(channel, mine + postEveryMs);
    await waitUntil(mine);
  }

  async function turnToEdit(): Promise<void> {
    const now = performance.now();
    nextEdit = Math.max(nextEdit, now - editEveryMs * (editsAtOnce - 1)) + editEveryMs;
    await waitUntil(nextEdit - editEveryMs);
  }

  async function waitUntil(moment: number): Promise<void> {
    const ms = moment - performance.now();
    if (ms <= 0) return;
    await sleep(ms, undefined, { signal: stopped.signal }).catch(() => {
      throw given('ending');
    });
  }

  async function postUnder(messageId: string, { channel, content, thread, broadcast }: SlackPost) {
    await turnToPost(idOf(channel));
    return call('chat.postMessage', {
      channel,
      ...content,
      ...plainly,
      client_msg_id: messageId,
      ...(thread !== undefined && { thread_ts: thread, reply_broadcast: broadcast === true }),
    });
  }

  const idOf = (channel: string): string => ids.get(channel) ?? channel;

  return {
    idOf,
    answeredAt: () => answeredAt,
    pausedFor,
    stop: () => stopped.abort(),
    async post(post) {
      const { channel } = post;
      const answer = await postUnder(uuidOf(post.key), post).catch((error: unknown) => {
        // Somebody has deleted the first since: it is shown to nobody.
        if (!(error instanceof SlackFaultError) || !isOfARepeat(error.message)) throw error;
        return postUnder(randomUUID(), post);
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
      await turnToEdit();
      await call('chat.update', { channel, ts, ...content, parse: 'none' });
    },
  };
}

/** The same name is the same id, as Slack wants them. */
function uuidOf(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  const [a, b, c, d, e] = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(13, 16),
    hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return `${a}-${b}-8${c}-a${d}-${e}`;
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
