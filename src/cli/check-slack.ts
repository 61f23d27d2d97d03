/** Whether Slack knows the tokens, and whether they may do what the manifest asks for. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { Config } from '../config.ts';
import type { Finding } from './finding.ts';

const about = 'slack';
const deadlineMs = 10_000;

type SlackTokens = Pick<Config['slack'], 'botToken' | 'appToken' | 'apiUrl'>;

export async function checkSlack(slack: SlackTokens): Promise<Finding[]> {
  if (slack.botToken === null) {
    const message = 'SLACK_BOT_TOKEN is not set: kuroko start brings a local Slack';
    return [{ type: 'ok', about, message }];
  }
  const api = (slack.apiUrl ?? 'https://slack.com/api/').replace(/\/?$/, '/');
  const [bot, app] = await Promise.all([
    checkBotToken(api, slack.botToken),
    slack.appToken === null ? [] : checkAppToken(api, slack.appToken),
  ]);
  return [...bot, ...app];
}

async function checkBotToken(api: string, token: string): Promise<Finding[]> {
  const answer = await call(api, 'auth.test', token);
  if (!answer.ok) return [problem(`SLACK_BOT_TOKEN cannot be used: ${answer.error}`)];
  const found: Finding = {
    type: 'ok',
    about,
    message: `${answer.body.user ?? 'the bot'} in ${answer.body.team ?? 'a workspace'}`,
  };
  // Some stand-ins for Slack do not say.
  if (answer.scopes === null) return [found];
  const missing = manifestScopes().filter((scope) => answer.scopes?.includes(scope) === false);
  return [
    found,
    ...missing.map((scope) => problem(`the scope ${scope} is missing: install the app again`)),
  ];
}

async function checkAppToken(api: string, token: string): Promise<Finding[]> {
  const answer = await call(api, 'apps.connections.open', token);
  return answer.ok
    ? [{ type: 'ok', about, message: 'Socket Mode is open to SLACK_APP_TOKEN' }]
    : [problem(`SLACK_APP_TOKEN cannot be used: ${answer.error}`)];
}

type Answer =
  | {
      readonly ok: true;
      readonly body: { readonly user?: string; readonly team?: string };
      readonly scopes: readonly string[] | null;
    }
  | { readonly ok: false; readonly error: string };

/** The token goes into the header, and nowhere else. */
async function call(api: string, method: string, token: string): Promise<Answer> {
  try {
    const response = await fetch(api + method, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(deadlineMs),
    });
    const body = (await response.json()) as { ok?: boolean; error?: string; user?: string };
    if (body.ok !== true) return { ok: false, error: body.error ?? `HTTP ${response.status}` };
    const scopes = response.headers.get('x-oauth-scopes');
    return { ok: true, body, scopes: scopes?.split(',').map((scope) => scope.trim()) ?? null };
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    return { ok: false, error: `${api} cannot be reached (${cause?.message ?? message})` };
  }
}

/** The manifest says which scopes the code needs; a test holds the two together. */
function manifestScopes(): string[] {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  const manifest = readFileSync(path.join(folder, 'manifests', 'socket-mode.yaml'), 'utf8');
  const { oauth_config } = parse(manifest) as { oauth_config: { scopes: { bot: string[] } } };
  return oauth_config.scopes.bot;
}

const problem = (message: string): Finding => ({ type: 'problem', about, message });
