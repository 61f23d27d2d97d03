import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { UserError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function configured(yaml: string, env: Record<string, string> = {}) {
  const file = path.join(temporaryFolder(), 'kuroko2.yml');
  writeFileSync(file, yaml);
  return loadConfig({ ...env, KUROKO2_CONFIG: file });
}
function mistakes(yaml: string): string[] {
  try {
    configured(yaml);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.details.map((detail) => detail.replace(/^.*kuroko2\.yml: /, ''));
  }
}
const mail = 'notifiers: {mail: {mail_from: kuroko@example.com, mail_to: ops@example.com}}';
const smtp = (settings: string) =>
  configured(`${mail}\naction_mailer: {smtp_settings: {${settings}}}`).notifiers.mail?.smtp;

describe('mail', () => {
  it('is off without its section, and needs nothing but two addresses', () => {
    expect(configured('url: http://kuroko.example').notifiers.mail).toBeNull();
    expect(configured(mail).notifiers.mail).toEqual({
      from: { name: '', address: 'kuroko@example.com' },
      to: ['ops@example.com'],
      smtp: {
        host: 'localhost',
        port: 25,
        domain: null,
        tls: 'if_offered',
        verified: true,
        login: null,
        openTimeout: 10,
        readTimeout: 30,
      },
    });
  });

  it('is read as Kuroko2 writes it: a name before the address, several addresses, words of Ruby', () => {
    const yaml = `
notifiers:
  mail: {mail_from: 'Kuroko2 <no-reply@example.com>', mail_to: 'a@example.com, b@example.com'}
action_mailer:
  delivery_method: :smtp
  smtp_settings:
    address: smtp.example.com
    port: 587
    domain: kuroko.example.com
    user_name: kuroko
    password: \${SMTP_PASSWORD}
    authentication: :cram_md5
    enable_starttls: true
    openssl_verify_mode: none
    open_timeout: 5
    read_timeout: 60
`;
    expect(configured(yaml, { SMTP_PASSWORD: 'hunter2' }).notifiers.mail).toEqual({
      from: { name: 'Kuroko2', address: 'no-reply@example.com' },
      to: ['a@example.com', 'b@example.com'],
      smtp: {
        host: 'smtp.example.com',
        port: 587,
        domain: 'kuroko.example.com',
        tls: 'required',
        verified: false,
        login: { user: 'kuroko', password: 'hunter2', method: 'CRAM-MD5' },
        openTimeout: 5,
        readTimeout: 60,
      },
    });
  });

  it.each([
    ['tls: true', 'from_start'],
    ['ssl: true, enable_starttls_auto: false', 'from_start'],
    ['enable_starttls: true', 'required'],
    ['enable_starttls: false', 'never'],
    ['enable_starttls_auto: false', 'never'],
    ['enable_starttls_auto: true', 'if_offered'],
  ])('with %s asks for TLS: %s', (settings, tls) => {
    expect(smtp(settings)?.tls).toBe(tls);
  });

  it('is refused with every mistake at once, by name, and without the password', () => {
    const yaml = `
notifiers:
  mail: {mail_from: 'a@example.com, b@example.com', mail_to: ['ops@example.com', nobody], cc: x}
action_mailer:
  delivery_method: sendmail
  smtp_settings:
    address: ''
    port: 99999
    password: hunter2
    authentication: gssapi
    openssl_verify_mode: often
    enable_starttls_auto: sometimes
    read_timeout: 0
    domain: [x]
`;
    const found = mistakes(yaml);
    expect(found.toSorted()).toEqual(
      [
        'action_mailer.delivery_method: must be smtp',
        'action_mailer.smtp_settings.address: must not be empty',
        'action_mailer.smtp_settings.port: must be at most 65535',
        'action_mailer.smtp_settings.authentication: must be plain or login or cram_md5',
        'action_mailer.smtp_settings.openssl_verify_mode: must be peer or none',
        'action_mailer.smtp_settings.enable_starttls_auto: must be true or false',
        'action_mailer.smtp_settings.read_timeout: must be at least 1',
        'action_mailer.smtp_settings.domain: must be a text',
        'notifiers.mail.mail_from: must be an e-mail address',
        'notifiers.mail.mail_to: must be an e-mail address, or several in a list',
        'notifiers.mail.cc is not a setting',
      ].toSorted(),
    );
    expect(found.join()).not.toContain('hunter2');
  });

  it('wants both addresses, user and password together, and is not set up for nothing', () => {
    expect(mistakes('notifiers: {mail: {}}')).toEqual([
      'notifiers.mail.mail_from: is missing',
      'notifiers.mail.mail_to: is missing',
    ]);
    expect(mistakes(mail.replace('ops@example.com', '5'))).toEqual([
      'notifiers.mail.mail_to: must be an e-mail address, or several in a list',
    ]);
    expect(mistakes(`${mail}\naction_mailer: {smtp_settings: {user_name: x}}`)).toEqual([
      'action_mailer.smtp_settings.password: user_name and password are given together, or neither',
    ]);
    expect(mistakes('action_mailer: {smtp_settings: {port: 25}}')).toEqual([
      'notifiers.mail is missing: action_mailer needs it',
    ]);
  });

  it.each([
    'ops@example.com\r\nBcc: x@example.com',
    'a@b@c',
    'ops@example.com>',
    '"x"@example.com, y@example.com',
    '',
    'ops',
    `${'x'.repeat(65)}@example.com`,
  ])('takes no address that could be more than one: %j', (address) => {
    expect(mistakes(mail.replace('kuroko@example.com', JSON.stringify(address)))).toEqual([
      'notifiers.mail.mail_from: must be an e-mail address',
    ]);
  });
});

describe('HipChat', () => {
  it('is off without its section, and is a server and a token', () => {
    expect(configured('url: http://kuroko.example').notifiers.hipchat).toBeNull();
    const yaml =
      'notifiers: {hipchat: {api_token: abc, options: {server_url: "https://chat.example.com/", api_version: v2}}}';
    expect(configured(yaml).notifiers.hipchat).toEqual({
      apiToken: 'abc',
      serverUrl: 'https://chat.example.com',
    });
  });

  it('is refused with every mistake, and without the token', () => {
    const found = mistakes(
      'notifiers: {hipchat: {api_token: "hunter2 x", options: {server_url: chat, api_version: v1, http_proxy: x}}}',
    );
    expect(found.toSorted()).toEqual([
      'notifiers.hipchat.api_token: must be a token',
      'notifiers.hipchat.options.api_version: must be v2',
      'notifiers.hipchat.options.http_proxy is not a setting',
      'notifiers.hipchat.options.server_url: must be an address such as https://example.com',
    ]);
    expect(found.join()).not.toContain('hunter2');
    expect(mistakes('notifiers: {hipchat: {}}')).toEqual([
      'notifiers.hipchat.api_token: is missing',
      'notifiers.hipchat.options: is missing',
    ]);
  });
});
