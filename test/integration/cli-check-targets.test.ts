import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { cliWith, type CliResult } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer({ login: { user: 'kuroko', password: 'hunter22' } });
});
afterAll(() => server.stop());

function kuroko(yaml: string, verb: string): Promise<CliResult> {
  const file = path.join(temporaryFolder(), 'kuroko2.yml');
  writeFileSync(file, yaml);
  return cliWith({ KUROKO2_CONFIG: file })(verb);
}

function wordingOf(text: string): string {
  const folder = path.join(temporaryFolder(), 'wording');
  mkdirSync(path.join(folder, 'texts'), { recursive: true });
  writeFileSync(path.join(folder, 'texts/mail.hbs'), text);
  return folder;
}

const config = (password: string, wording: string, more = '') => `
notifiers:
  mail: {mail_from: kuroko@example.com, mail_to: ops@example.com}
${more}
action_mailer:
  smtp_settings: {address: 127.0.0.1, port: ${server.port}, user_name: kuroko, password: ${password}, openssl_verify_mode: none}
templates: ${wording}
`;

describe('kuroko check, with mail, HipChat and wording of one’s own', () => {
  it('logs in to the mail server, sends nothing, and doubts what names nothing that is given', async () => {
    const wording = wordingOf('{{!-- subject-failure --}}\n{{jobb}} is broken\n');
    const { code, stdout } = await kuroko(config('hunter22', wording), 'check');
    expect(stdout).toContain(`ok       mail: 127.0.0.1:${server.port} can be used as kuroko\n`);
    expect(stdout).toMatch(/^ok {7}templates: \d+ texts can be filled in$/m);
    expect(stdout).toContain(
      `warning  templates: ${wording}/texts/mail.hbs, line 2: {{jobb}} may be empty`,
    );
    expect([code, server.mails]).toEqual([0, []]);
  });

  it('says all that is wrong at once, and neither password nor token', async () => {
    const wording = wordingOf('{{!-- subject-failure --}}\nx\n{{!-- lost --}}\n\n{{#if step}}x\n');
    const hipChat = '  hipchat: {api_token: hunter24, options: {server_url: "http://127.0.0.1:9"}}';
    const { code, stdout } = await kuroko(config('hunter23', wording, hipChat), 'check');
    expect(stdout).toMatch(
      new RegExp(
        `^problem  mail: 127.0.0.1:${server.port} cannot be used: .*kuroko/\\*\\*\\*`,
        'm',
      ),
    );
    expect(stdout).toContain('problem  hipchat: http://127.0.0.1:9 cannot be reached');
    expect(stdout).toContain(
      `problem  templates: ${wording}/texts/mail.hbs, line 6: a {{#...}} is never closed\n`,
    );
    expect([code, /hunter2[34]/.test(stdout)]).toEqual([1, false]);
  });
});

it('kuroko start does not begin with wording that cannot be used', async () => {
  const wording = wordingOf('{{!-- subject-failure --}}\n{{job\n');
  const { code, stderr } = await kuroko(`templates: ${wording}`, 'start');
  expect(stderr).toContain('The wording of the configuration (templates) cannot be used.');
  expect(stderr).toContain(`${wording}/texts/mail.hbs, line 2: what stands between`);
  expect(code).toBe(1);
});
