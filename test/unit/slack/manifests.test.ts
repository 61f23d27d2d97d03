import { readdirSync, readFileSync } from 'node:fs';
import { App } from '@slack/bolt';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createHapiReceiver } from '../../../src/slack/hapi-receiver.ts';
import { createInFlight } from '../../../src/slack/in-flight.ts';
import { eventListeners, submitListeners } from '../../../src/slack/listeners.ts';
import { registerListeners } from '../../../src/slack/register.ts';
import { verbs } from '../../../src/slack/verbs.ts';
import type { Shell } from '../../../src/slack/shell.ts';

interface Manifest {
  readonly features: {
    readonly slash_commands: readonly {
      readonly command: string;
      readonly usage_hint: string;
      readonly should_escape: boolean;
      readonly url?: string;
    }[];
    readonly shortcuts?: readonly unknown[];
  };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } };
  readonly settings: {
    readonly event_subscriptions: {
      readonly request_url?: string;
      readonly bot_events: readonly string[];
    };
    readonly interactivity: {
      readonly is_enabled: boolean;
      readonly request_url?: string;
      readonly message_menu_options_url?: string;
    };
    readonly socket_mode_enabled: boolean;
  };
}

const root = new URL('../../../', import.meta.url);
const read = (name: string) =>
  parse(readFileSync(new URL(`manifests/${name}.yaml`, root), 'utf8')) as Manifest;
const socketMode = read('socket-mode');
const http = read('http');

/** What the shell registers with Bolt: kinds of listeners, and their names. */
function registered(): Record<string, string[]> {
  const kinds: Record<string, string[]> = {};
  const { receiver } = createHapiReceiver({
    signingSecret: 'none',
    inFlight: createInFlight(),
    log: pino({ level: 'silent' }),
  });
  const app = new App({ receiver, token: 'xoxb-none', tokenVerificationEnabled: false });
  for (const kind of ['command', 'event', 'action', 'view', 'shortcut', 'options', 'function']) {
    kinds[kind] = [];
    Object.assign(app, {
      [kind]: (name: unknown) => kinds[kind]?.push(typeof name === 'string' ? name : String(name)),
    });
  }
  registerListeners(app, {} as Shell);
  return kinds;
}

/** Every method of the Web API that the code calls: `client.chat.update(`, `call('chat.update'`. */
function methodsCalled(): Set<string> {
  const methods = new Set<string>();
  const folder = new URL('src/', root);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/^(slack|notifiers|workers)\/.*\.ts$/.test(name)) continue;
    const source = readFileSync(new URL(name, folder), 'utf8');
    for (const [, group, method] of source.matchAll(/\bclient\s*\.(\w+)\s*\.(\w+)\(/g)) {
      methods.add(`${group}.${method}`);
    }
    for (const [, method] of source.matchAll(/\bcall\(\s*'(\w+\.\w+)'/gi)) {
      if (method !== undefined) methods.add(method);
    }
  }
  return methods;
}

/** What a bot needs for it, as Slack's reference says; null is nothing. */
const scopeOf: Readonly<Record<string, string | null>> = {
  'auth.test': null,
  'chat.getPermalink': null,
  'chat.postEphemeral': 'chat:write',
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'conversations.open': 'im:write',
  'files.uploadV2': 'files:write',
  'users.info': 'users:read',
  'views.open': null,
  'views.update': null,
};
const scopeOfEvent: Readonly<Record<string, string>> = {
  app_mention: 'app_mentions:read',
  'message.im': 'im:history',
};

describe.each([
  ['socket-mode.yaml', socketMode],
  ['http.yaml', http],
])('%s', (_, manifest) => {
  const { features, settings } = manifest;

  it('has every command that is listened to, and no other', () => {
    const commands = features.slash_commands.map(({ command }) => command);
    expect(commands).toEqual(registered()['command']);
    expect(commands).not.toEqual([]);
    for (const { should_escape: escapes } of features.slash_commands) expect(escapes).toBe(true);
  });

  it('hints at every verb', () => {
    const [hint] = features.slash_commands.map(({ usage_hint: usage }) => usage);
    const hinted = hint?.match(/^\[([^\]]+)\]/)?.[1]?.split('|');
    expect(hinted).toEqual(verbs.filter((verb) => verb !== 'help'));
  });

  it('has every event that is listened to, and no other', () => {
    const { bot_events: events } = settings.event_subscriptions;
    expect(events).toEqual(Object.keys(eventListeners));
    expect(events.map((event) => event.replace(/^message\..*/, 'message'))).toEqual(
      registered()['event'],
    );
  });

  it('lets clicks and forms through, and has every shortcut that is listened to: none', () => {
    const { action, view, shortcut, options } = registered();
    expect(settings.interactivity.is_enabled).toBe(true);
    expect([action?.length, view?.length]).toEqual([1, Object.keys(submitListeners).length]);
    expect(shortcut).toEqual(features.shortcuts ?? []);
    expect(options).toEqual([]);
  });

  it('asks for the scopes that its events and the calls in the code need, and for no other', () => {
    const methods = methodsCalled();
    expect([...methods]).toEqual(expect.arrayContaining(['users.info', 'chat.update']));
    const needed = [...methods].map((method) => {
      expect(scopeOf, `the scope of ${method} is not known to this test`).toHaveProperty([method]);
      return scopeOf[method] ?? null;
    });
    for (const event of settings.event_subscriptions.bot_events) {
      expect(scopeOfEvent).toHaveProperty([event]);
      needed.push(scopeOfEvent[event] ?? null);
    }
    needed.push('commands');
    const scopes = new Set(needed.filter((scope) => scope !== null));
    expect([...manifest.oauth_config.scopes.bot].toSorted()).toEqual([...scopes].toSorted());
  });
});

describe('the two manifests', () => {
  it('differ only in how payloads come', () => {
    const {
      slash_commands: [command],
    } = http.features;
    const { url, ...rest } = command ?? {};
    const events = { bot_events: http.settings.event_subscriptions.bot_events };
    expect({
      ...http,
      features: { ...http.features, slash_commands: [rest] },
      settings: {
        ...http.settings,
        event_subscriptions: events,
        interactivity: { is_enabled: true },
        socket_mode_enabled: true,
      },
    }).toEqual(socketMode);
    expect([socketMode, http].map(({ settings }) => settings.socket_mode_enabled)).toEqual([
      true,
      false,
    ]);
    const { interactivity, event_subscriptions: subscriptions } = http.settings;
    const addresses = [
      url,
      subscriptions.request_url,
      interactivity.request_url,
      interactivity.message_menu_options_url,
    ];
    const { route } = createHapiReceiver({
      signingSecret: 'none',
      inFlight: createInFlight(),
      log: pino({ level: 'silent' }),
    });
    expect(addresses).toEqual(addresses.map(() => `https://kuroko.example.com${route.path}`));
  });
});
