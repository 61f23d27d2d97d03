import { readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/embedded/free-port.ts';
import { prepareLocalSlack } from '../../src/embedded/local-slack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type LocalMessage, type LocalSlack, startLocalSlack } from '../support/local-slack.ts';

describe('the local Slack with an app in Socket Mode', () => {
  let slack: LocalSlack;
  let app: App;
  beforeAll(async () => {
    slack = await startLocalSlack();
    app = new App({
      token: slack.botToken,
      logLevel: LogLevel.ERROR,
      receiver: new SocketModeReceiver({
        appToken: slack.appToken,
        logLevel: LogLevel.ERROR,
        installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
      }),
      clientOptions: { slackApiUrl: slack.apiUrl },
    });
    app.command('/kuroko', async ({ ack, respond, command, client }) => {
      await ack();
      if (command.text === 'secret') {
        await respond({ response_type: 'ephemeral', text: 'only for you' });
      } else {
        await client.chat.postMessage({ channel: command.channel_id, ...buttons });
      }
    });
    app.action(/^(go|stop|menu)$/, async ({ ack, client, action, body, context }) => {
      await ack();
      const option = 'selected_option' in action ? action.selected_option?.value : undefined;
      await client.chat.postMessage({
        channel: 'C02ALERTS',
        text: `${body.user.id} ${(action as { action_id: string }).action_id} ${option ?? ''} ${context.botUserId}`,
      });
    });
    app.event('app_mention', async ({ event, say }) => {
      await say({ text: `heard ${event.text}`, thread_ts: event.thread_ts ?? event.ts });
    });
    await app.start();
  });
  afterAll(async () => {
    await app.stop();
    await slack.stop();
  });

  it('has three people, two channels, and the bot in both', async () => {
    const client = new App({
      token: slack.botToken,
      signingSecret: slack.signingSecret,
      clientOptions: { slackApiUrl: slack.apiUrl },
    }).client;
    const { members } = await client.users.list({});
    expect(members?.map((user) => [user.name, user.profile?.email])).toEqual([
      ['kuroko', undefined],
      ['alice', 'alice@example.com'],
      ['ben', 'ben@example.com'],
      ['carol', 'carol@example.com'],
    ]);
    const { channels } = await client.users.conversations({});
    expect(channels?.map((channel) => channel.name)).toEqual(['general', 'alerts']);
  });

  it('carries a command to the app, and its answer to the channel', async () => {
    await slack.command('launch');
    const message = await slack.waitForMessage((one) => one.text === 'choose');
    expect(message.blocks).toHaveLength(1);
    expect(await slack.calls('chat.postMessage')).toMatchObject([{ text: 'choose' }]);
  });

  it('shows a private answer with the one person it is for', async () => {
    await slack.command('secret', { as: 'ben' });
    const message = await slack.waitForMessage((one) => one.text === 'only for you');
    expect(message).toMatchObject({ subtype: 'ephemeral', ephemeral_to: 'U02BEN' });
  });

  it('presses a button, answers its question, and picks from a menu', async () => {
    await slack.command('launch');
    const message = await slack.waitForMessage((one) => one.text === 'choose');
    const arrived = (text: string): Promise<LocalMessage> =>
      slack.waitForMessage((one) => one.text === text, { in: 'alerts' });
    await slack.press(message, 'Go', { as: 'carol' });
    await arrived('U03CAROL go  U00KUROKO');
    await slack.press(message, 'stop', { as: 'ben', confirm: true });
    await arrived('U02BEN stop  U00KUROKO');
    await slack.choose(message, 'menu', 'Second');
    await arrived('U01ALICE menu 2 U00KUROKO');
    expect(await slack.messages('alerts')).toHaveLength(3);
  });

  it('presses nothing that is not there, or that asks for more, or less, than the test says', async () => {
    await slack.command('launch');
    const message = await slack.waitForMessage((one) => one.text === 'choose');
    await expect(slack.press(message, 'Nothing')).rejects.toThrow('no such element');
    await expect(slack.press(message, 'Stop')).rejects.toThrow('asks for confirmation');
    await expect(slack.press(message, 'Go', { confirm: true })).rejects.toThrow('does not ask');
    await expect(slack.choose(message, 'menu', 'Third')).rejects.toThrow('no option Third');
  });

  it('carries a mention in a thread', async () => {
    const first = await slack.say('a run');
    await slack.say('@kuroko retry', { thread: first.ts, as: 'carol' });
    const answer = await slack.waitForMessage((one) => one.thread_ts === first.ts && !!one.bot_id);
    expect(answer.text).toBe('heard <@U00KUROKO> retry');
  });

  it('gives up on a message that does not come, and says what came', async () => {
    const waiting = slack.waitForMessage((one) => one.text === 'never', { patienceMs: 100 });
    await expect(waiting).rejects.toThrow('only for you');
  });

  it('is reached through the loopback interface and through no other', async () => {
    const port = new URL(slack.url).port;
    await expect(fetch(`http://127.0.0.1:${port}/`)).resolves.toMatchObject({ status: 200 });
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => !address.internal && !address.scopeid);
    for (const { address, family } of others) {
      const host = family === 'IPv6' ? `[${address}]` : address;
      // oxlint-disable-next-line no-await-in-loop
      await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow('fetch failed');
    }
    // The kernel's own list, for machines that have no other address.
    const hexPort = Number(port).toString(16).toUpperCase().padStart(4, '0');
    const listening = ['tcp', 'tcp6']
      .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n'))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => local?.endsWith(`:${hexPort}`) && state === '0A');
    expect(listening.map(([, local]) => local)).toEqual([`0100007F:${hexPort}`]);
  });

  it('answers its own page, and no page of another site', async () => {
    const state = `${slack.controlUrl}/state`;
    const own = { origin: new URL(slack.controlUrl).origin, 'sec-fetch-site': 'same-origin' };
    expect((await fetch(state, { headers: own })).status).toBe(200);
    for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await fetch(state, { headers })).status).toBe(403);
    }
    expect((await fetch(slack.url, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(
      200,
    );
  });
});

const buttons = {
  text: 'choose',
  blocks: [
    {
      type: 'actions' as const,
      elements: [
        {
          type: 'button' as const,
          action_id: 'go',
          text: { type: 'plain_text' as const, text: ':rocket: Go', emoji: true },
        },
        {
          type: 'button' as const,
          action_id: 'stop',
          text: { type: 'plain_text' as const, text: 'Stop' },
          confirm: { title: { type: 'plain_text' as const, text: 'Sure?' } },
        },
        {
          type: 'static_select' as const,
          action_id: 'menu',
          options: ['First', 'Second'].map((text, index) => ({
            text: { type: 'plain_text' as const, text },
            value: String(index + 1),
          })),
        },
      ],
    },
  ],
};

describe('the local Slack without an app', () => {
  it('says that nobody acknowledged a command', async () => {
    const slack = await startLocalSlack();
    try {
      await expect(slack.command('help')).rejects.toThrow('no socket connection');
    } finally {
      await slack.stop();
    }
  });
});

describe('the local Slack with an app behind HTTP', () => {
  it('sends signed requests', async () => {
    const received: { signature: string | undefined; body: string }[] = [];
    const server: Server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ signature: request.headers['x-slack-signature'] as string, body });
        response.end();
      });
    });
    const port = await freePort(0);
    await new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
    const slack = await startLocalSlack({ requestUrl: `http://127.0.0.1:${port}/slack` });
    try {
      await slack.command('list mine');
      expect(received).toHaveLength(1);
      expect(received[0]?.signature).toMatch(/^v0=[0-9a-f]{64}$/);
      expect(new URLSearchParams(received[0]?.body).get('text')).toBe('list mine');
    } finally {
      await slack.stop();
      server.close();
    }
  });
});

describe('preparing the local Slack', () => {
  it('keeps its tokens for a data folder, in a file that only its owner can read', async () => {
    const dataDir = temporaryFolder();
    const first = await prepareLocalSlack({ dataDir, port: 0 });
    const again = await prepareLocalSlack({ dataDir, port: 0 });
    const other = await prepareLocalSlack({ dataDir: temporaryFolder(), port: 0 });
    const config = path.join(dataDir, 'local-slack/config.json');
    expect(statSync(config).mode & 0o777).toBe(0o600);
    expect([again.botToken, again.appToken, again.signingSecret, again.teamId]).toEqual([
      first.botToken,
      first.appToken,
      first.signingSecret,
      first.teamId,
    ]);
    expect(other.botToken).not.toBe(first.botToken);
    rmSync(config);
    expect((await prepareLocalSlack({ dataDir, port: 0 })).botToken).not.toBe(first.botToken);
  });

  it('takes the wanted port, or the next one when somebody has it', async () => {
    const wanted = await freePort(20_000);
    const dataDir = temporaryFolder();
    expect((await prepareLocalSlack({ dataDir, port: wanted })).url).toBe(
      `http://localhost:${wanted}`,
    );
    const taker = createServer();
    await new Promise<void>((resolve) => {
      taker.listen(wanted, '127.0.0.1', resolve);
    });
    const { url } = await prepareLocalSlack({ dataDir, port: wanted });
    taker.close();
    expect(Number(new URL(url).port)).toBeGreaterThan(wanted);
  });
});
