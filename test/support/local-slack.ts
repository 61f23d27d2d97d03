/** A real local Slack for a test, and the hands and eyes of the people in it. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type PreparedLocalSlack, prepareLocalSlack } from '../../src/embedded/local-slack.ts';
import { startServer } from './lifeline.ts';

/** A message as the workspace holds it. A private one has `ephemeral_to`, and only that person would see it. */
export type LocalMessage = {
  readonly ts: string;
  readonly channel: string;
  readonly user?: string;
  readonly bot_id?: string;
  readonly text?: string;
  readonly blocks?: readonly LocalBlock[];
  readonly thread_ts?: string;
  readonly subtype?: string;
  readonly ephemeral_to?: string;
  readonly edited?: { readonly user: string; readonly ts: string };
};
type LocalBlock = {
  readonly type: string;
  readonly block_id?: string;
  readonly elements?: readonly LocalElement[];
  readonly accessory?: LocalElement;
};
type LocalElement = {
  readonly type: string;
  readonly action_id?: string;
  readonly value?: string;
  readonly text?: { readonly text: string };
  readonly options?: readonly {
    readonly value: string;
    readonly text: { readonly text: string };
  }[];
  readonly confirm?: unknown;
};

/** One line of the traffic: `kind` is `web_api` (summary: the method), `slash_commands`, `interactive`, `events_api`, `ack`. */
export type LocalLogEntry = {
  readonly id: string;
  readonly direction: 'to_bot' | 'from_bot' | 'internal';
  readonly kind: string;
  readonly summary: string;
  readonly detail?: unknown;
};

/** What people do and see. People and channels are given by name. */
export type People = {
  /** Types `/kuroko <text>`. Throws when the app does not acknowledge within Slack's three seconds. */
  readonly command: (text: string, at?: { as?: string; in?: string }) => Promise<void>;
  /** Posts a message as a person; `@kuroko` becomes a mention. */
  readonly say: (
    text: string,
    at?: { as?: string; in?: string; thread?: string },
  ) => Promise<LocalMessage>;
  /**
   * Presses the button with that label or action id. One that asks for confirmation needs `confirm: true`, one that does
   * not must not have it: either way the test knows what the person was asked. Throws like `command`.
   */
  readonly press: (
    message: LocalMessage,
    button: string,
    by?: { as?: string; confirm?: boolean },
  ) => Promise<void>;
  /** The same, by many at once. Throws when the app does not hear of one of them. */
  readonly pressTogether: (
    message: LocalMessage,
    button: string,
    by: { as: readonly string[]; confirm?: boolean },
  ) => Promise<void>;
  /** Picks the option with that label or value from a select or overflow menu given by action id. */
  readonly choose: (
    message: LocalMessage,
    actionId: string,
    option: string,
    by?: { as?: string },
  ) => Promise<void>;
  readonly openHome: (as?: string) => Promise<void>;
  /** All messages of a channel, private ones and thread replies included, oldest first. */
  readonly messages: (channel?: string) => Promise<readonly LocalMessage[]>;
  /** The newest message that fits, as soon as there is one. Throws with what was there after `patienceMs` (30 s). */
  readonly waitForMessage: (
    fits: (message: LocalMessage) => boolean,
    at?: { in?: string; patienceMs?: number },
  ) => Promise<LocalMessage>;
  /** The last 1,000 entries. */
  readonly log: () => Promise<readonly LocalLogEntry[]>;
  /** The arguments of every call of that Web API method, oldest first. */
  readonly calls: (method: string) => Promise<readonly Record<string, unknown>[]>;
};
export type LocalSlack = PreparedLocalSlack & People & { readonly stop: () => Promise<void> };

/** Socket Mode, or with `requestUrl` signed HTTP requests to it. */
export async function startLocalSlack(options: { requestUrl?: string } = {}): Promise<LocalSlack> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-slack-'));
  const slack = await prepareLocalSlack({ dataDir: folder, port: 0, ...options });
  const server = startServer(slack.service, folder);
  await slack.ready(server.ended);
  return { ...slack, ...(await peopleOf(slack.controlUrl)), stop: server.stop };
}

/** The people of a local Slack that runs, whoever has started it; `controlUrl` ends in `/_control`. */
export async function peopleOf(controlUrl: string): Promise<People> {
  type Named = { readonly id: string; readonly name: string };
  const state = (await request('/state')) as { users: Named[]; channels: Named[] };
  const person = (name = 'alice'): string => idOf(state.users, name);
  const channelId = (name = 'general'): string => idOf(state.channels, name);

  async function request(route: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${controlUrl}${route}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    const parsed = (await answer.json()) as { ok?: boolean; error?: string };
    if (!answer.ok || parsed.ok === false)
      throw new Error(`${route}: ${parsed.error ?? answer.status}`);
    return parsed;
  }
  async function log(): Promise<readonly LocalLogEntry[]> {
    return ((await request('/log')) as { log: LocalLogEntry[] }).log;
  }
  /** Of many at once each waits for the others, the app's work for them included: how long is asked of one alone. */
  async function acknowledged(route: string, ...bodies: readonly object[]): Promise<void> {
    const last = (await log()).at(-1)?.id;
    const start = performance.now();
    await Promise.all(bodies.map((body) => request(route, body)));
    const took = performance.now() - start;
    const entries = await log();
    const since = entries.slice(entries.findIndex((entry) => entry.id === last) + 1);
    const lost = since.find(({ summary }) => /^(no socket connection|POST failed)/.test(summary));
    if (lost) throw new Error(`${route}: ${lost.summary}`);
    if (bodies.length === 1 && took > 3_000)
      throw new Error(`${route}: not acknowledged within 3 seconds, but ${took} ms`);
  }
  function pressed(message: LocalMessage, button: string, confirm = false) {
    const { block_id, element } = find(
      message,
      (it) => it.type === 'button' && isCalled(it, button),
    );
    const asks = element.confirm !== undefined;
    if (asks !== confirm) {
      throw new Error(`The button ${button} ${asks ? 'asks' : 'does not ask'} for confirmation.`);
    }
    return (as?: string) => ({
      channel: message.channel,
      messageTs: message.ts,
      user: person(as),
      action: { ...element, block_id },
    });
  }
  async function messages(channel?: string): Promise<readonly LocalMessage[]> {
    const id = channel?.startsWith('D') ? channel : channelId(channel);
    return ((await request(`/messages/${id}`)) as { messages: LocalMessage[] }).messages;
  }

  return {
    log,
    messages,
    command: (text, at = {}) =>
      acknowledged('/command', {
        command: '/kuroko',
        text,
        user: person(at.as),
        channel: channelId(at.in),
      }),
    say: async (text, at = {}) => {
      const answer = await request('/message', {
        text: text.replaceAll('@kuroko', `<@${person('kuroko')}>`),
        user: person(at.as),
        channel: channelId(at.in),
        ...(at.thread !== undefined && { thread_ts: at.thread }),
      });
      return (answer as { message: LocalMessage }).message;
    },
    press: async (message, button, { as, confirm } = {}) => {
      await acknowledged('/interact', pressed(message, button, confirm)(as));
    },
    pressTogether: async (message, button, { as, confirm }) => {
      await acknowledged('/interact', ...as.map(pressed(message, button, confirm)));
    },
    choose: async (message, actionId, option, by = {}) => {
      const { block_id, element } = find(message, (it) => it.action_id === actionId);
      const selected = element.options?.find(
        ({ value, text }) => value === option || text.text === option,
      );
      if (!selected)
        throw new Error(`${actionId} has no option ${option}: ${JSON.stringify(element)}`);
      await acknowledged('/interact', {
        channel: message.channel,
        messageTs: message.ts,
        user: person(by.as),
        action: { type: element.type, action_id: actionId, block_id, selected_option: selected },
      });
    },
    openHome: async (as) => {
      await request('/open-home', { user: person(as) });
    },
    waitForMessage: async (fits, at = {}) => {
      const deadline = performance.now() + (at.patienceMs ?? 30_000);
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- one look after the other is the point
        const there = await messages(at.in);
        const found = there.findLast(fits);
        if (found) return found;
        if (performance.now() > deadline) {
          throw new Error(`No such message came. There are: ${JSON.stringify(there, null, 2)}`);
        }
        // oxlint-disable-next-line no-await-in-loop
        await pause(30);
      }
    },
    calls: async (method) =>
      (await log())
        .filter(
          ({ kind, direction, summary }) =>
            kind === 'web_api' && direction === 'from_bot' && summary === method,
        )
        .map(({ detail }) => detail as Record<string, unknown>),
  };
}

function idOf(
  named: readonly { readonly id: string; readonly name: string }[],
  name: string,
): string {
  const found = named.find((it) => it.name === name.replace(/^#/, ''));
  if (!found) throw new Error(`There is no ${name} in the local Slack.`);
  return found.id;
}

function find(
  message: LocalMessage,
  fits: (element: LocalElement) => boolean,
): { readonly block_id: string | undefined; readonly element: LocalElement } {
  for (const block of message.blocks ?? []) {
    const elements = [...(block.elements ?? []), ...(block.accessory ? [block.accessory] : [])];
    const element = elements.find(fits);
    if (element) return { block_id: block.block_id, element };
  }
  throw new Error(`There is no such element in ${JSON.stringify(message.blocks, null, 2)}`);
}

/** An emoji before the label does not count. */
function isCalled(element: LocalElement, button: string): boolean {
  const label = element.text?.text.replace(/^(:\w+:\s*)+/, '');
  return element.action_id === button || label === button;
}
