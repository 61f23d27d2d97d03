import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLocalSlack, type LocalSlack } from '../support/local-slack.ts';
import { createHome, runProgram, startProgram, type Home } from '../support/program.ts';
import { startSlackStandIn } from '../support/slack-stand-in.ts';
import { until } from '../support/until.ts';

let slack: LocalSlack;
let home: Home;
beforeAll(async () => {
  [slack, home] = await Promise.all([startLocalSlack(), createHome()]);
});
afterAll(async () => {
  await home.remove();
  await slack.stop();
}, 60_000);

const tokens = () => ({
  SLACK_API_URL: slack.apiUrl,
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: slack.appToken,
});

it('with tokens set, that Slack is used beside the embedded database', async () => {
  const program = await startProgram(home, tokens());
  expect(program.slackUrl).toBe('');
  expect(home.leftovers().some(({ command }) => command.includes('local-slack'))).toBe(false);
  await slack.command('launch hello');
  await slack.waitForMessage(({ text = '' }) => text.includes('finished'));
  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

it('tokens that Slack refuses are said in one sentence, and nothing is left running', async () => {
  const strict = await startSlackStandIn();
  strict.trouble({ type: 'error', error: 'invalid_auth' }, { method: 'auth.test', times: 99 });
  const wrong = { ...tokens(), SLACK_API_URL: strict.apiUrl, SLACK_BOT_TOKEN: 'xoxb-nobody-knows' };
  const { code, text } = await runProgram(home, ['start'], wrong);
  await strict.stop();
  expect(code).toBe(1);
  expect(text).toMatch(/Slack refuses SLACK_BOT_TOKEN \(invalid_auth\)/);
  expect(text).not.toContain('xoxb-nobody');
  expect(text).not.toMatch(/^\s+at /m);
  await until('every process to be gone', () => home.leftovers().length === 0);
});
