// A small Slack of our own on loopback: the few Web API methods that the notifier speaks, with Slack's limits and troubles.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Block } from '../../src/messages/blocks.ts';
import { checkMessage } from '../../src/messages/check-message.ts';

/** A message as it stands now. `edits` counts its updates. */
export interface StandInMessage {
  readonly channel: string;
  readonly ts: string;
  text: string;
  blocks: Block[];
  readonly thread: string | null;
  readonly broadcast: boolean;
  edits: number;
}

/** `lost`: the call takes effect, but its answer never arrives. */
export type Trouble =
  | { readonly type: 'limited'; readonly retryAfter: number }
  | { readonly type: 'status'; readonly status: number }
  | { readonly type: 'error'; readonly error: string }
  | { readonly type: 'drop' }
  /** It takes the call, and never answers. */
  | { readonly type: 'hang' }
  | { readonly type: 'lost' };

export interface Call {
  readonly method: string;
  readonly args: Readonly<Record<string, string>>;
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  /** `ok`, or what it was refused with. */
  readonly outcome: string;
}

export interface SlackStandIn {
  /** For `slackApiUrl`. */
  readonly apiUrl: string;
  readonly calls: readonly Call[];
  readonly messages: readonly StandInMessage[];
  /** Those of a method that were taken. */
  taken(method: string): readonly Call[];
  /** The next `times` calls of a method (or of all) get into that trouble, once `after` of them have not. */
  trouble(trouble: Trouble, options?: { method?: string; times?: number; after?: number }): void;
  /** Ends whatever trouble is left. */
  calm(): void;
  /** Adds or changes a channel; without membership it refuses. */
  channel(name: string, channel: { id: string; member: boolean; archived?: boolean }): void;
  remove(message: StandInMessage): void;
  /** What every call is answered with from now on, as after a token was revoked; null: nothing special. */
  refuseAll(error: string | null): void;
  stop(): Promise<void>;
}

export async function startSlackStandIn(): Promise<SlackStandIn> {
  const calls: Call[] = [];
  const messages: StandInMessage[] = [];
  const troubles: { trouble: Trouble; method: string | null; left: number; after: number }[] = [];
  const channels = new Map<string, { id: string; member: boolean; archived?: boolean }>([
    ['#general', { id: 'C0GENERAL', member: true }],
    ['#alerts', { id: 'C0ALERTS', member: true }],
    ['#elsewhere', { id: 'C0ELSEWHERE', member: false }],
  ]);
  /** Slack answers a post under an id that it has seen with the message that was posted then. */
  const posted = new Map<string, StandInMessage>();
  let refusedWith: string | null = null;
  let number = 0;

  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = (request.url ?? '').split('/').at(-1) ?? '';
    const args = Object.fromEntries(new URLSearchParams(await bodyOf(request)));
    const at = performance.now();
    const trouble = troubleOf(method);
    const note = (outcome: string): void => void calls.push({ method, args, at, outcome });
    switch (trouble?.type) {
      case 'limited':
        note('limited');
        response.writeHead(429, { 'retry-after': String(trouble.retryAfter) }).end();
        return;
      case 'status':
        note(String(trouble.status));
        response.writeHead(trouble.status).end('trouble');
        return;
      case 'drop':
        note('drop');
        request.socket.destroy();
        return;
      case 'hang':
        note('hang');
        return;
      case 'error':
      case 'lost':
      case undefined:
    }
    const answer =
      refusedWith !== null
        ? refused(refusedWith)
        : trouble?.type === 'error'
          ? refused(trouble.error)
          : request.headers.authorization?.startsWith('Bearer xoxb-')
            ? answerTo(method, args)
            : refused('not_authed');
    note(answer.ok ? 'ok' : String(answer['error']));
    if (trouble?.type === 'lost') request.socket.destroy();
    else
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  function troubleOf(method: string): Trouble | undefined {
    const found = troubles.find(
      (entry) => entry.left > 0 && (entry.method === null || entry.method === method),
    );
    if (found === undefined) return undefined;
    if (found.after > 0) {
      found.after -= 1;
      return undefined;
    }
    found.left -= 1;
    return found.trouble;
  }

  function answerTo(method: string, args: Readonly<Record<string, string>>): Answer {
    switch (method) {
      case 'auth.test':
        return { ok: true, user_id: 'U0KUROKO', team_id: 'T1', bot_id: 'B1' };
      case 'chat.postMessage':
        return post(args);
      case 'chat.update':
        return update(args);
      default:
        return refused('unknown_method');
    }
  }

  function post(args: Readonly<Record<string, string>>): Answer {
    const channel = placeOf(args['channel'] ?? '');
    if (channel === null) return refused('channel_not_found');
    if (!channel.member) return refused('not_in_channel');
    if (channel.archived === true) return refused('is_archived');
    const thread = args['thread_ts'] ?? null;
    if (thread !== null && !messages.some(({ ts }) => ts === thread)) {
      return refused('thread_not_found');
    }
    const content = contentOf(args);
    if (typeof content === 'string') return refused(content);
    const known = posted.get(args['client_msg_id'] ?? '');
    if (known !== undefined) {
      if (!messages.includes(known)) return refused('duplicate_message_not_found');
      return { ok: true, channel: known.channel, ts: known.ts };
    }
    number += 1;
    const ts = `1785412800.${String(number).padStart(6, '0')}`;
    const broadcast = args['reply_broadcast'] === 'true';
    const message = { channel: channel.id, ts, ...content, thread, broadcast, edits: 0 };
    messages.push(message);
    if (args['client_msg_id'] !== undefined) posted.set(args['client_msg_id'], message);
    return { ok: true, channel: channel.id, ts };
  }

  function update(args: Readonly<Record<string, string>>): Answer {
    const channel = placeOf(args['channel'] ?? '');
    if (channel === null) return refused('channel_not_found');
    if (channel.archived === true) return refused('is_archived');
    const message = messages.find(({ ts }) => ts === args['ts']);
    if (message === undefined || message.channel !== channel.id)
      return refused('message_not_found');
    const content = contentOf(args);
    if (typeof content === 'string') return refused(content);
    Object.assign(message, content, { edits: message.edits + 1 });
    return { ok: true, channel: message.channel, ts: message.ts };
  }

  /** A channel by name or id; a person's direct messages by the person's id. */
  function placeOf(wanted: string): { id: string; member: boolean; archived?: boolean } | null {
    if (/^U[A-Z0-9]+$/.test(wanted)) return { id: `D${wanted.slice(1)}`, member: true };
    if (/^D[A-Z0-9]+$/.test(wanted)) return { id: wanted, member: true };
    const byId = [...channels.values()].find(({ id }) => id === wanted);
    return channels.get(wanted) ?? byId ?? null;
  }

  const { port } = server.address() as AddressInfo;
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    calls,
    messages,
    taken: (method) => calls.filter((call) => call.method === method && call.outcome === 'ok'),
    trouble: (trouble, { method, times = 1, after = 0 } = {}) =>
      void troubles.push({ trouble, method: method ?? null, left: times, after }),
    calm: () => void troubles.splice(0),
    channel: (name, channel) => void channels.set(name, channel),
    refuseAll: (error) => void (refusedWith = error),
    remove: (message) => void messages.splice(messages.indexOf(message), 1),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Answer = { readonly ok: boolean } & Readonly<Record<string, unknown>>;

const refused = (error: string): Answer => ({ ok: false, error });

/** What is shown, or Slack's word for why it is not. */
function contentOf(
  args: Readonly<Record<string, string>>,
): { text: string; blocks: Block[] } | string {
  const text = args['text'] ?? '';
  const blocks = JSON.parse(args['blocks'] ?? '[]') as Block[];
  if (text === '' && blocks.length === 0) return 'no_text';
  if (args['parse'] !== 'none' || 'link_names' in args) return 'invalid_arguments';
  const problems = checkMessage({ text, blocks }, { calls: true });
  if (problems.length > 0)
    return problems.some((p) => p.startsWith('text')) ? 'msg_too_long' : 'invalid_blocks';
  return { text, blocks };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
