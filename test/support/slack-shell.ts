/** The Slack shell with a real local Slack before it and a real database behind it. */
import pino from 'pino';
import { loadConfig, type Config } from '../../src/config.ts';
import { createSlackApp, type SlackApp } from '../../src/slack/app.ts';
import { runMessage } from '../../src/messages/run-message.ts';
import { readRun } from '../../src/store/run.ts';
import { insertSlackMessage } from '../../src/store/slack-messages.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createTestDatabase } from './database.ts';
import { startLocalSlack, type LocalMessage, type LocalSlack } from './local-slack.ts';
import { showRun } from '../../src/operations/show.ts';
import { facts } from './operations.ts';
import { startSlackProxy, type SlackProxy } from './slack-proxy.ts';
import { until } from './until.ts';

export interface SlackShell {
  readonly slack: LocalSlack;
  readonly proxy: SlackProxy;
  readonly db: Database;
  readonly app: SlackApp;
  /** Lines of the program's own log, from `warn` on. */
  readonly logged: readonly string[];
  /** Types `/kuroko <text>` and waits for the private answer. */
  ask(text: string, at?: { as?: string; in?: string }): Promise<LocalMessage>;
  /** Does something, and waits for the next private answer to that person, by name or id. */
  answerTo(as: string, act: () => Promise<unknown>, at?: { in?: string }): Promise<LocalMessage>;
  /** Posts the message of a run to #general, as the notifier does. */
  postRun(instanceId: number): Promise<LocalMessage>;
  /** Private answers to anybody, oldest first. */
  answers(channel?: string): Promise<LocalMessage[]>;
  stop(): Promise<void>;
}

export async function startSlackShell(
  options: {
    readonly policy?: Partial<Config['slack']>;
    readonly slack?: LocalSlack;
    readonly http?: boolean;
  } = {},
): Promise<SlackShell> {
  const slack = options.slack ?? (await startLocalSlack());
  const proxy = await startSlackProxy(slack.apiUrl);
  const database = await createTestDatabase();
  const db = openDatabase(database.url, { max: 8 });
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  const app = createSlackApp({ config: configFor(slack, proxy, options), db, facts, log });
  await app.start();
  const answers = async (channel?: string) =>
    (await slack.messages(channel)).filter(({ ephemeral_to: to }) => to !== undefined);
  const shell: SlackShell = {
    slack,
    proxy,
    db,
    app,
    logged,
    answers,
    async answerTo(as, act, at = {}) {
      const id = slack.people.find(({ name }) => name === as)?.id ?? as;
      const mine = async () => (await answers(at.in)).filter(({ ephemeral_to: to }) => to === id);
      const before = (await mine()).length;
      await act();
      return until(`a private answer to ${as}`, async () => (await mine())[before]);
    },
    async postRun(instanceId) {
      const run = await readRun(db, instanceId);
      if (run === null) throw new Error(`there is no run ${instanceId}`);
      const content = runMessage(showRun(run, facts), {
        baseUrl: 'http://localhost:5000',
        now: new Date(),
      });
      const channel = 'C01GENERAL';
      const { ts } = await callSlack(slack, 'chat.postMessage', { channel, ...content });
      const name = { tokenId: null, attempt: 0, cause: null, foldedInto: null };
      const at = { ...name, channel, ts: String(ts), thread: null, wanted: channel, digest: '' };
      await insertSlackMessage(db, { ...at, instanceId, kind: 'run' });
      return slack.waitForMessage((message) => message.ts === ts);
    },
    ask: (text, at = {}) => shell.answerTo(at.as ?? 'alice', () => slack.command(text, at), at),
    async stop() {
      await app.stop();
      await db.close();
      await database.drop();
      await proxy.stop();
      if (options.slack === undefined) await slack.stop();
    },
  };
  return shell;
}

export function configFor(
  slack: LocalSlack,
  proxy: SlackProxy,
  { policy = {}, http = false }: { policy?: Partial<Config['slack']>; http?: boolean } = {},
): Config {
  const config = loadConfig({
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    ...(!http && { SLACK_APP_TOKEN: slack.appToken }),
    SLACK_API_URL: proxy.apiUrl,
  });
  return { ...config, slack: { ...config.slack, ...policy } };
}

/** A call of the local Slack's Web API as Kuroko's bot. */
export async function callSlack(
  slack: LocalSlack,
  method: string,
  args: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(args),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** Makes every launch of a job wait; resolves once it does, with what lets them go on. */
export async function holdLaunches(
  db: Database,
  definitionId: number,
): Promise<() => Promise<void>> {
  let letGo = () => {};
  let held: Promise<void> | undefined;
  await new Promise<void>((locked, failed) => {
    held = db.transaction(async (tx) => {
      await tx.query('select id from definitions where id = $1 for update', [definitionId]);
      locked();
      await new Promise<void>((resolve) => (letGo = resolve));
    });
    held.catch(failed);
  });
  return async () => {
    letGo();
    await held;
  };
}

/** All that a message shows. */
export function shown({ text, blocks }: LocalMessage): string {
  return `${text ?? ''} ${JSON.stringify(blocks ?? [])}`;
}

/** Labels of its buttons. */
export function buttons({ blocks = [] }: LocalMessage): string[] {
  return blocks
    .flatMap(({ elements = [], accessory }) => (accessory ? [...elements, accessory] : elements))
    .filter(({ type }) => type === 'button')
    .map(({ text }) => text?.text ?? '');
}
