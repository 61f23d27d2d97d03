import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareLocalSlack } from '../../src/embedded/local-slack.ts';
import { createSlackApp } from '../../src/slack/app.ts';
import { listInstances } from '../../src/store/instances.ts';
import { startServer } from '../support/lifeline.ts';
import { peopleOf, startLocalSlack, type LocalSlack } from '../support/local-slack.ts';
import { define, facts } from '../support/operations.ts';
import {
  configFor,
  holdLaunches,
  startSlackShell,
  type SlackShell,
} from '../support/slack-shell.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import type { Otherwise } from '../support/slack-proxy.ts';

let slack: LocalSlack;
let shell: SlackShell;
beforeAll(async () => {
  slack = await startLocalSlack();
  shell = await startSlackShell({ slack });
});
afterAll(async () => {
  await shell.stop();
  await slack.stop();
});

/** Another app beside the one of `shell`, not yet started. */
function anotherApp() {
  const config = configFor(slack, shell.proxy);
  return createSlackApp({ config, db: shell.db, facts, log: pino({ level: 'silent' }) });
}

/** Answers the first calls of a method otherwise, then lets them through. */
function failing(method: string, ...answers: Otherwise[]) {
  let calls = 0;
  shell.proxy.otherwise = (called) => (called === method ? answers[calls++] : undefined);
  return () => calls;
}

describe('starting', () => {
  it.each([
    ['auth.test', 'Slack refuses SLACK_BOT_TOKEN (invalid_auth)'],
    ['apps.connections.open', 'Slack refuses SLACK_APP_TOKEN (invalid_auth)'],
  ])('ends at once with a plain sentence when %s refuses the token', async (method, sentence) => {
    const app = anotherApp();
    const calls = failing(method, { body: { ok: false, error: 'invalid_auth' } });
    await expect(app.start()).rejects.toThrow(sentence);
    expect([calls(), app.isUp()]).toEqual([1, false]);
    await app.stop();
  });

  it.each([['auth.test'], ['apps.connections.open']])(
    'goes on trying while %s fails otherwise',
    async (method) => {
      const app = anotherApp();
      const calls = failing(method, 'drop', { status: 503 });
      await app.start();
      expect([calls(), app.isUp()]).toEqual([3, true]);
      await app.stop();
      expect(app.isUp()).toBe(false);
    },
  );

  it('that is limited by Slack is tried again', async () => {
    const app = anotherApp();
    const calls = failing('auth.test', { status: 429, headers: { 'retry-after': '1' } });
    await app.start();
    expect([calls(), app.isUp()]).toEqual([2, true]);
    await app.stop();
  });

  it('needs a bot token, and a way for payloads to come', async () => {
    const { db } = shell;
    const log = pino({ level: 'silent' });
    const config = configFor(slack, shell.proxy);
    const appWith = (changed: object) =>
      createSlackApp({
        config: { ...config, slack: { ...config.slack, ...changed } },
        db,
        facts,
        log,
      });
    expect(() => appWith({ botToken: null })).toThrow('SLACK_BOT_TOKEN is missing');
    expect(() => appWith({ appToken: null, signingSecret: null })).toThrow('SLACK_SIGNING_SECRET');
    expect(appWith({ appToken: null }).routes).toHaveLength(1);
    expect(appWith({}).routes).toHaveLength(0);
  });
});

describe('stopping', () => {
  it('may come unstarted, while starting, and twice', async () => {
    const app = anotherApp();
    await app.stop();
    await app.stop();
    const starting = anotherApp();
    failing('auth.test', 'hang');
    const started = starting.start();
    await starting.stop();
    await started;
    expect(starting.isUp()).toBe(false);
  });

  it('waits for what was asked before', async () => {
    shell.proxy.otherwise = () => undefined;
    const other = await startSlackShell({ slack: await startLocalSlack() });
    const { id } = await define(other.db, 'execute: true');
    const letGo = await holdLaunches(other.db, id);
    await other.slack.command(`launch ${id}`);
    await until('the launch to wait', async () => {
      const [row] = await other.db.query<{ waiting: number }>(
        `select count(*) as waiting from pg_stat_activity
         where wait_event_type = 'Lock' and datname = current_database()`,
      );
      return row?.waiting === 1;
    });
    let stopped = false;
    const stopping = other.app.stop().then(() => (stopped = true));
    expect(await listInstances(other.db, { limit: 1 })).toEqual([]);
    expect(stopped).toBe(false);
    await letGo();
    await stopping;
    expect(await listInstances(other.db, { limit: 1 })).toHaveLength(1);
    await other.stop();
    await other.slack.stop();
  });
});

describe('a Slack that goes away', () => {
  it('is heard again as soon as it is back', async () => {
    const dataDir = temporaryFolder();
    const lifeline = () => mkdtempSync(path.join(tmpdir(), 'kuroko-slack-'));
    const prepared = await prepareLocalSlack({ dataDir, port: 0 });
    const first = startServer(prepared.service, lifeline());
    await prepared.ready(first.ended);
    const people = await peopleOf(prepared.controlUrl);
    const fragile: LocalSlack = { ...prepared, ...people, stop: first.stop };
    const other = await startSlackShell({ slack: fragile });
    expect((await other.ask('status')).text).toBe('Nothing runs now.');
    await first.stop();
    await until('the loss to be noticed', () => !other.app.isUp());
    const second = startServer(prepared.service, lifeline());
    await prepared.ready(second.ended);
    await until('a new connection', () => other.app.isUp());
    expect((await other.ask('status')).text).toBe('Nothing runs now.');
    await other.stop();
    await second.stop();
  });
});
