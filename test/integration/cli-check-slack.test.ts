import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { cliWith } from '../support/run-cli.ts';

/** Of Slack's Web API the two methods that `check` calls, with the header that tells the scopes. */
const scopesOf: Readonly<Record<string, string>> = {
  'xoxb-whole': 'commands,chat:write,app_mentions:read,im:history,users:read,files:write',
  'xoxb-less': 'commands, chat:write',
};

let slack: Server;
let apiUrl: string;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  slack = createServer((request, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const scopes = scopesOf[token];
    if (request.url === '/api/auth.test' && scopes !== undefined) {
      response.setHeader('x-oauth-scopes', scopes);
      response.end(JSON.stringify({ ok: true, user: 'kuroko', team: 'Cooks' }));
    } else if (request.url === '/api/apps.connections.open' && token === 'xapp-good') {
      response.end(JSON.stringify({ ok: true, url: 'wss://nowhere' }));
    } else response.end(JSON.stringify({ ok: false, error: 'invalid_auth' }));
  });
  await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(slack.address() as AddressInfo).port}/api/`;
});
afterAll(async () => {
  await new Promise((resolve) => slack.close(resolve));
  await database.drop();
});

const check = (env: Record<string, string>) =>
  cliWith({ DATABASE_URL: database.url, SLACK_API_URL: apiUrl, ...env })('check');

describe('kuroko check, with Slack tokens', () => {
  it('is content when they are good and the scopes are there', async () => {
    const result = await check({ SLACK_BOT_TOKEN: 'xoxb-whole', SLACK_APP_TOKEN: 'xapp-good' });
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(result.stdout).toMatch(/^ok {7}slack: kuroko in Cooks$/m);
    expect(result.stdout).toMatch(/^ok {7}slack: Socket Mode is open to SLACK_APP_TOKEN$/m);
  });

  it('names every scope of the manifest that is missing', async () => {
    const result = await check({ SLACK_BOT_TOKEN: 'xoxb-less', SLACK_APP_TOKEN: 'xapp-good' });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('problem  slack: the scope users:read is missing');
    expect(result.stdout).toContain('problem  slack: the scope im:history is missing');
    expect(result.stdout).not.toContain('scope chat:write');
  });

  it('says which token is refused, and never shows it', async () => {
    const result = await check({ SLACK_BOT_TOKEN: 'xoxb-wrong', SLACK_APP_TOKEN: 'xapp-wrong' });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('problem  slack: SLACK_BOT_TOKEN cannot be used: invalid_auth');
    expect(result.stdout).toContain('problem  slack: SLACK_APP_TOKEN cannot be used: invalid_auth');
    expect(result.stdout + result.stderr).not.toMatch(/xoxb-wrong|xapp-wrong/);
  });

  it('says that Slack cannot be reached', async () => {
    const result = await check({
      SLACK_BOT_TOKEN: 'xoxb-whole',
      SLACK_SIGNING_SECRET: 'secret',
      SLACK_API_URL: 'http://127.0.0.1:1/api/',
    });
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(
      /^problem {2}slack: SLACK_BOT_TOKEN cannot be used: .*cannot be reached/m,
    );
  });
});
