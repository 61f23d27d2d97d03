import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { startCloudWatchStandIn, type CloudWatchStandIn } from '../support/cloud-watch-stand-in.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startMailServer, type MailServer, type ReceivedMail } from '../support/mail-server.ts';
import { startLocalSlack, type LocalSlack } from '../support/local-slack.ts';
import {
  createHome,
  runProgram,
  startProgram,
  type Home,
  type Program,
} from '../support/program.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

/** Part of every secret of this test: it is looked for wherever anything can be read. */
const trace = 'hunter22';
/** In the address of the webhook, which is nobody's to read but its owner's. */
const ofTheAddress = 'url-secret-77';
const config = () => `
kill_grace: 1
secrets: ['*PASSWORD*', '*TOKEN*', MY_PEM]
api_basic_authentication_applications: {client: key-of-the-client}
notifiers:
  slack: {default_channel: '#general'}
  webhook: {secret_token: of-both-sides, allow_private_addresses: true}
  mail: {mail_from: kuroko@example.com, mail_to: ops@example.com}
action_mailer:
  smtp_settings: {address: 127.0.0.1, port: ${mailServer.port}, user_name: kuroko, password: '\${SMTP_PASSWORD}', openssl_verify_mode: none}
slack: {operators: [UALICE]}
execution_logger: {type: CloudWatchLogs, option: {group_name: kuroko2}}
`;
const script = [
  `env: DB_PASSWORD="sc\\"ript ${trace}" PLAIN=visible`,
  `# env: OLD_TOKEN=old-${trace}`,
  `echo: the password is sc"ript ${trace}`,
  `execute: echo "<$DB_PASSWORD> <$LAUNCH_TOKEN> <$PLAIN>"; echo "$MY_PEM"; : 'sc"ript ${trace}' by-launch; exit 3`,
  'execute: printf launch-hunt; sleep 0.3; printf er22; exec sleep 301',
];
const definition = (lines: readonly string[]): string =>
  [
    'name: leaky',
    `description: "call with sc\\"ript ${trace}"`,
    `failure_text: "see sc\\"ript ${trace}"`,
    'admins: [UALICE, ann@example.com]',
    `webhook_url: ${receiver.url(`/hook?key=${ofTheAddress}`)}`,
    'script: |',
    ...lines.map((line) => `  ${line}`),
    '',
  ].join('\n');

/** What is stored as it is, for it is to be run or edited; shown masked. */
const kept = [
  'definitions.script',
  'definitions.description',
  'definitions.failure_text',
  'instances.script',
  'instances.env',
  'executions.shell',
  'executions.env',
  'tokens.context',
];

const letters = Array.from('abcXYZ019"\'`$\\ <>&*|%{}é😀');
const noise = (): string =>
  Array.from(
    { length: 1 + Math.floor(Math.random() * 12) },
    () => letters[Math.floor(Math.random() * letters.length)],
  ).join('');
const randomSecret = (): string => `${noise()}${trace}${noise()}`;

let database: TestDatabase;
let db: Database;
let slack: LocalSlack;
let cloudWatch: CloudWatchStandIn;
let receiver: WebhookReceiver;
let mailServer: MailServer;
let home: Home;
let program: Program;
let instanceId = 0;
const file = () => path.join(home.dataDir, 'leaky.yml');
const env = () => ({
  DATABASE_URL: database.url,
  SLACK_API_URL: slack.apiUrl,
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: slack.appToken,
  SMTP_PASSWORD: `smtp-${trace}`,
  KUROKO_LOG: 'trace',
  AWS_ENDPOINT_URL: cloudWatch.url,
  AWS_ACCESS_KEY_ID: 'AKIATEST',
  AWS_SECRET_ACCESS_KEY: 'of-the-test',
});
const kuroko = async (...args: string[]) => (await runProgram(home, args, env())).text;
const api = (where: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${home.env['PORT'] ?? ''}${where}`, {
    ...init,
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from('client:key-of-the-client').toString('base64')}`,
    },
  });
const status = async (): Promise<string> => {
  const answer = await api(`/v1/definitions/1/instances/${instanceId}`);
  return ((await answer.json()) as { status: string }).status;
};

const isOfTheEnd = ({ text }: ReceivedMail) => text?.includes('was cancelled') === true;

/** Everything that can happen to a run happens to one that is full of secrets. */
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  const login = { user: 'kuroko', password: `smtp-${trace}` };
  [slack, cloudWatch, receiver, mailServer] = await Promise.all([
    startLocalSlack(),
    startCloudWatchStandIn(),
    startWebhookReceiver('of-both-sides'),
    startMailServer({ login }),
  ]);
  home = await createHome(config());
  // Whoever is told may know more than it was told.
  const indiscreet = { status: 500, text: `I know launch-${trace}` };
  receiver.answers('/hook', indiscreet, { ...indiscreet, status: 200 });
  program = await startProgram(home, env());
  db = openDatabase(database.url, { max: 1 });
  writeFileSync(file(), definition(script));
  await kuroko('apply', file());
  await db.query('update definitions set api_allowed = true');
  const body = {
    env: {
      LAUNCH_TOKEN: `launch-${trace}`,
      USER_PASSWORD: 'by-launch',
      MY_PEM: `-----\n  pem-1-${trace}\r\npem-2-${trace}\n`,
    },
  };
  const launched = await api('/v1/definitions/1/instances', {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!launched.ok) throw new Error(await launched.text());
  instanceId = ((await launched.json()) as { id: number }).id;
  await until('the first command to fail', async () => (await status()) === 'error');
  await slack.waitForMessage(({ text = '' }) => text.includes('failed'));
  await kuroko('retry', String(instanceId));
  await until('it to fail again', async () => {
    const rows = await db.query(`select from executions where exit_status = 3`);
    return rows.length === 2 && (await status()) === 'error';
  });
  await kuroko('skip', String(instanceId));
  await until('its output to be readable', async () => {
    const [row] = await db.query<{ bytes: number }>(
      'select output_size as bytes from executions order by id desc limit 1',
    );
    return (row?.bytes ?? 0) > 0;
  });
});
afterAll(async () => {
  await db?.close();
  await home?.remove();
  await slack?.stop();
  await cloudWatch?.stop();
  await receiver?.stop();
  await mailServer?.stop();
  await database?.drop();
}, 60_000);

describe('a secret', () => {
  it('is in none of what the command line prints, while it runs', async () => {
    const id = String(instanceId);
    const changed = script.map((line) =>
      line.replace('old-', 'older-').replace('exit 3', 'exit 4'),
    );
    writeFileSync(file(), definition(changed.map((line) => line.replace('sc\\"r', 'SC\\"R'))));
    const verbs = [
      ['show', 'leaky'],
      ['list'],
      ['status'],
      ['status', id],
      ['logs', id],
      ['logs', id, '--full'],
      ['executions'],
      ['history'],
      ['workers'],
      ['deliveries'],
      ['deliveries', 'show', '1'],
      ['apply', '--dry-run', file()],
    ];
    const seen = await Promise.all(
      verbs.map(async (verb) => ({ verb, text: await kuroko(...verb) })),
    );
    const json = await Promise.all(
      verbs
        .filter((verb) => !verb.includes('--full'))
        .map(async (verb) => ({ verb, text: await kuroko(...verb, '--json') })),
    );
    for (const { verb, text } of [...seen, ...json]) {
      expect([verb, text]).toEqual([verb, expect.not.stringContaining(trace)]);
      expect([verb, text]).not.toEqual([verb, '']);
    }
    const ofTheRun = seen.filter(({ verb }) => verb[1] === id);
    expect(ofTheRun).toHaveLength(3);
    expect(JSON.stringify(ofTheRun)).not.toContain('by-launch');
    const all = seen.map(({ text }) => text).join('\n');
    expect(all).toContain('DB_PASSWORD=***');
    expect(all).toContain('<***> <***> <visible>');
    expect(all).toContain('the password is ***');
    expect(all).toContain('I know ***');
    expect(all).toMatch(/- env: DB_PASSWORD=\*\*\* PLAIN=visible\n.*\+ env: DB_PASSWORD=\*\*\*/s);
  });

  it('is in none of what Slack is asked to show', async () => {
    for (const words of [
      'show leaky',
      `status ${instanceId}`,
      `logs ${instanceId}`,
      'list leaky',
      'deliveries leaky',
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- a person types one after the other
      await slack.command(words);
    }
    await slack.command(`logs ${instanceId} --full`);
    await slack.command(`terminate ${instanceId}`);
    await until('it to have failed', async () => (await status()) === 'error');
    await slack.command(`cancel ${instanceId}`);
    await slack.waitForMessage(({ text = '' }) => text.includes('cancelled'));
    const messages = JSON.stringify(await slack.messages());
    expect(messages).not.toContain(trace);
    expect(messages).toContain('***');
    const sent = (await slack.log()).filter(({ direction }) => direction === 'from_bot');
    expect(JSON.stringify(sent)).not.toContain(trace);
    expect(sent.length).toBeGreaterThan(5);
  });

  it.each(['/', '/definitions/1', '/definitions/1/instances/1'])(
    'is not on the page %s',
    async (where) => {
      const page = await (await api(where)).text();
      expect(page).toContain('leaky');
      expect(page).not.toContain(trace);
    },
  );

  it('is in nothing that goes to the execution logger', async () => {
    const stream = () => cloudWatch.streams.get(`kuroko2 JOB0000000001/${instanceId}`) ?? [];
    await until('the output of all commands', () => stream().length === 7);
    expect(JSON.stringify(stream())).not.toContain(trace);
    expect(stream().filter(({ message }) => message.includes('***'))).toHaveLength(5);
  });

  it('is in nothing that is sent to a webhook', async () => {
    await until('the end', () => receiver.received.at(-1)?.json.action === 'notify_cancellation');
    const sent = JSON.stringify(receiver.received);
    expect(sent).not.toContain(trace);
    expect(sent).toContain('<***> <***> <visible>');
    expect(receiver.received.map((one) => one.status).slice(0, 3)).toEqual([500, 200, 200]);
  });

  it('is in no mail, though it has the last lines of the failure and says where to look', async () => {
    await until('the mail of the end', () => mailServer.mails.some(isOfTheEnd));
    const [failed] = mailServer.mails;
    expect(failed).toMatchObject({
      subject: "[CRITICAL] Failed to execute 'leaky' on kuroko",
      recipients: ['ann@example.com', 'ops@example.com'],
      encrypted: true,
      user: 'kuroko',
    });
    const page = `http://localhost:${home.env['PORT']}/definitions/1`;
    for (const part of ['exit status 3', '<***> <***> <visible>', page, `${page}/instances/1`]) {
      expect(failed?.text).toContain(part);
    }
    expect(failed?.html).toContain('&lt;***&gt; &lt;***&gt; &lt;visible&gt;');
    const { mails } = mailServer;
    expect(
      JSON.stringify(mails.map(({ subject, text, html }) => [subject, text, html])),
    ).not.toContain(trace);
  });

  it('of an address is in no table of what was sent there, and said to nobody', async () => {
    const shown = await db.query('select shown_endpoint, request, reason from deliveries');
    expect(shown.length).toBeGreaterThan(3);
    expect(JSON.stringify(shown)).not.toContain(ofTheAddress);
    expect(JSON.stringify(shown)).toContain('/hook?***');
    expect(JSON.stringify(await slack.messages())).not.toContain(ofTheAddress);
    expect(program.text()).not.toContain(ofTheAddress);
  });

  it('is in nothing of a command that echoes a thousand of them', async () => {
    const many = path.join(home.dataDir, 'many.yml');
    writeFileSync(
      many,
      `name: many\nadmins: [UALICE, ann@example.com]\napi_allowed: true\nwebhook_url: ${receiver.url('/many')}\nscript: 'execute: env | grep TOKEN; exit 1'\n`,
    );
    expect(await kuroko('apply', many)).toContain('created 2 many');
    const secrets = Array.from({ length: 1_000 }, (_, index) => [`TOKEN_${index}`, randomSecret()]);
    const launched = await api('/v1/definitions/2/instances', {
      method: 'POST',
      body: JSON.stringify({ env: Object.fromEntries(secrets) as Record<string, string> }),
    });
    const { id } = (await launched.json()) as { id: number };
    await until(
      'it to be told',
      () => receiver.at('/many').at(-1)?.json.action === 'notify_failure',
    );
    await slack.waitForMessage(({ text = '' }) => text.includes('many failed at'));
    const mails = () => mailServer.mails.filter(({ subject = '' }) => subject.includes("'many'"));
    await until('the mail', () => mails().length > 0);
    const output = await kuroko('logs', String(id), '--full');
    // Spaces around one are nothing to hide.
    expect(output.match(/^TOKEN_\d+= *\*{3} *$/gm)).toHaveLength(1_000);
    const texts = mails().map(({ text, html }) => [text, html]);
    for (const told of [receiver.at('/many'), await slack.messages(), texts]) {
      expect(JSON.stringify(told)).toMatch(/TOKEN_\d+= *\*{3}/);
      expect(JSON.stringify(told)).not.toContain(trace);
    }
  });

  it('is in no table, but where it has to be kept as it is', async () => {
    const columns = await db.query<{ name: string; found: number }>(
      `select table_name || '.' || column_name as name,
         (xpath('/row/c/text()', query_to_xml(format(
           'select count(*) as c from %I where position(%L in %s) > 0', table_name, $1::text,
           case data_type when 'bytea' then format('encode(%I, ''escape'')', column_name)
             else format('%I::text', column_name) end), false, true, '')))[1]::text::int as found
       from information_schema.columns
       where table_schema = 'public' and data_type in ('text', 'jsonb', 'bytea', 'ARRAY')`,
      [trace],
    );
    expect(columns.length).toBeGreaterThan(60);
    const holding = columns.filter(({ found }) => found > 0).map(({ name }) => name);
    expect(holding.toSorted()).toEqual(kept.toSorted());
  });

  it('is in nothing that the program says, however much it says', () => {
    expect(program.text()).not.toContain(trace);
    expect(program.text()).toContain('Kuroko is ready.');
  });
});
