import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import Hapi from '@hapi/hapi';
import { App } from '@slack/bolt';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { boltLog } from '../../src/slack/bolt-log.ts';
import { createHapiReceiver } from '../../src/slack/hapi-receiver.ts';
import { createInFlight } from '../../src/slack/in-flight.ts';

const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5';
const log = pino({ level: 'silent' });

let ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending) await end();
  ending = [];
});

/** A real Bolt app behind a real Hapi server on loopback. */
async function startShell(listen: (app: App) => void = () => {}, clock?: () => number) {
  const inFlight = createInFlight();
  const { receiver, route } = createHapiReceiver({
    signingSecret,
    inFlight,
    log,
    ...(clock && { now: clock }),
  });
  const server = Hapi.server({ host: '127.0.0.1', port: 0 });
  server.route(route);
  await server.start();
  ending.push(() => server.stop());
  const app = new App({
    token: 'xoxb-none',
    botId: 'B1',
    botUserId: 'UBOT',
    tokenVerificationEnabled: false,
    receiver,
    convoStore: false,
    extendedErrorHandler: true,
    logger: boltLog(log),
  });
  listen(app);
  const send = (
    body: string,
    { contentType = form, headers = {} }: { contentType?: string; headers?: object } = {},
  ) =>
    fetch(`${server.info.uri}/slack/events`, {
      method: 'POST',
      headers: { 'content-type': contentType, ...signed(body), ...headers },
      body,
    });
  return { server, receiver, inFlight, send };
}

const form = 'application/x-www-form-urlencoded';
const now = () => Math.floor(Date.now() / 1_000);

function signed(body: string, { at = now(), secret = signingSecret } = {}) {
  const hmac = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(at), 'x-slack-signature': `v0=${hmac}` };
}

const command = new URLSearchParams({
  command: '/kuroko',
  text: 'help',
  user_id: 'U1',
  channel_id: 'C1',
  team_id: 'T1',
  trigger_id: '1.2.3',
}).toString();

const answering = (app: App) =>
  app.command('/kuroko', ({ ack }) => ack({ text: 'at your service' }));

describe('a request of Slack over HTTP', () => {
  it('is answered with what the listener acknowledges', async () => {
    const { send } = await startShell(answering);
    const response = await send(command);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual({ text: 'at your service' });
  });

  it('is answered while the listener goes on', async () => {
    let goOn = () => {};
    const finished = new Promise<void>((resolve) => (goOn = resolve));
    const { send, inFlight } = await startShell((app) =>
      app.command('/kuroko', async ({ ack }) => {
        await ack();
        await finished;
      }),
    );
    const response = await send(command);
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(await inFlight.drained(20)).toBe(1);
    goOn();
    expect(await inFlight.drained(5_000)).toBe(0);
  });

  it('is answered in time although the listener never does', async () => {
    const { send } = await startShell((app) =>
      app.command('/kuroko', async ({ ack }) => {
        // Slack gives up by then: an answer without the text was there before.
        await pause(3_000);
        await ack({ text: 'too late' });
      }),
    );
    const response = await send(command);
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('is answered although the listener throws, or acknowledges twice', async () => {
    const { send } = await startShell((app) =>
      app.command('/kuroko', async ({ ack, command: { text } }) => {
        if (text === 'help') throw new Error('broken');
        await ack({ text: 'first' });
        await ack({ text: 'second' });
      }),
    );
    expect((await send(command)).status).toBe(200);
    expect(await (await send(command.replace('help', 'list'))).json()).toEqual({ text: 'first' });
  });

  it.each([
    ['an unknown command', command.replace('kuroko', 'other'), form],
    [
      'a click on nothing we know',
      `payload=${encodeURIComponent('{"type":"block_actions"}')}`,
      form,
    ],
    ['a type that there is not yet', '{"type":"something_new"}', 'application/json'],
    [
      'an event nobody listens to',
      '{"type":"event_callback","event":{"type":"x"}}',
      'application/json',
    ],
  ])('is answered although nothing listens to it: %s', async (_, body, contentType) => {
    const { send } = await startShell(answering);
    const response = await send(body, { contentType });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('is how Slack checks the address', async () => {
    const { send } = await startShell();
    const body = '{"type":"url_verification","challenge":"3eZbrw1aB"}';
    const response = await send(body, { contentType: 'application/json; charset=utf-8' });
    expect(await response.json()).toEqual({ challenge: '3eZbrw1aB' });
  });

  it.each([
    ['signed 299 s ago', (at: number) => signed(command, { at: at - 299 }), 200],
    ['signed 301 s ago: a replay', (at: number) => signed(command, { at: at - 301 }), 401],
    ['signed for 299 s from now', (at: number) => signed(command, { at: at + 299 }), 200],
    ['signed for 310 s from now', (at: number) => signed(command, { at: at + 310 }), 401],
    ['signed with another secret', () => signed(command, { secret: 'guessed' }), 401],
    ['signed for another body', () => signed(`${command}&x=1`), 401],
    ['with a signature cut short', () => ({ 'x-slack-signature': 'v0=abc' }), 401],
    ['with an older version of signature', () => ({ 'x-slack-signature': 'v1=' }), 401],
    ['without a signature', () => ({ 'x-slack-signature': '' }), 401],
    ['with a timestamp that is none', () => ({ 'x-slack-request-timestamp': '1e9' }), 401],
  ])('%s: %i', async (_, headers, status) => {
    let heard = 0;
    const at = now();
    const listen = (app: App) =>
      app.command('/kuroko', async ({ ack }) => {
        heard += 1;
        await ack();
      });
    const { send } = await startShell(listen, () => at);
    expect((await send(command, { headers: headers(at) })).status).toBe(status);
    expect(heard).toBe(status === 200 ? 1 : 0);
  });

  it.each([
    ['no JSON', 'not json', 'application/json'],
    ['a list', '[]', 'application/json'],
    ['a form whose payload is no JSON', 'payload=%7B', form],
    ['nothing at all', '', 'application/json'],
  ])('is refused when it is signed but %s', async (_, body, contentType) => {
    const { send } = await startShell(answering);
    expect((await send(body, { contentType })).status).toBe(400);
  });

  it('is left to be sent again while the shell starts or stops', async () => {
    const { send, receiver } = await startShell(answering);
    expect((await send(command)).status).toBe(200);
    await receiver.stop();
    expect((await send(command)).status).toBe(503);
  });

  it.each([null, ''])('is never taken without a signing secret (%j)', (secret) => {
    const without = { signingSecret: secret, inFlight: createInFlight(), log };
    expect(() => createHapiReceiver(without)).toThrow('SLACK_SIGNING_SECRET');
    expect(() => createHapiReceiver({ ...without, signingSecret })).not.toThrow();
  });
});
