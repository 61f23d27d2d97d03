import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createWebhook } from '../../src/notifiers/webhook.ts';
import { beginSpreading } from '../../src/store/spreading.ts';
import { startTargets, type Targets } from '../../src/workers/targets.ts';
import { define, facts, launchOne } from '../support/operations.ts';
import { cliWith, type Cli, type CliResult } from '../support/run-cli.ts';
import { buttons, shown, startSlackShell, type SlackShell } from '../support/slack-shell.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const secretToken = 'of-both-sides';
let shell: SlackShell;
let receiver: WebhookReceiver;
let targets: Targets;
let kuroko: Cli;
beforeAll(async () => {
  [shell, receiver] = await Promise.all([
    startSlackShell({ policy: { operators: ['U01ALICE'] } }),
    startWebhookReceiver(secretToken),
  ]);
  await beginSpreading(shell.db, ['webhook']);
  // What fails is given up as it is booked: it would be tried again after a second, and arrive.
  await shell.db.query(`
    create function give_up() returns trigger language plpgsql as
      $$ begin new.dead_at = now(); return new; end $$`);
  await shell.db.query(`
    create trigger give_up before update on deliveries for each row
      when (new.reason is not null and new.delivered_at is null and new.dead_at is null)
      execute function give_up()`);
  const webhook = createWebhook(
    { secretToken, allowPrivateAddresses: true },
    { baseUrl: 'http://kuroko.example', timeText: (at) => at.toISOString() },
  );
  targets = startTargets(shell.db, [webhook], facts, createLog('test'));
  waking = setInterval(() => targets.wake(), 50);
  kuroko = cliWith({ DATABASE_URL: shell.db.url });
});
let waking: NodeJS.Timeout;
afterAll(async () => {
  clearInterval(waking);
  await targets.stop(1_000);
  await shell.stop();
  await receiver.stop();
});

const parsed = ({ stdout }: CliResult) => JSON.parse(stdout) as { deliveries: { id: number }[] };

/** A launch whose delivery was given up because of `status`, so to say an hour ago. */
let job = 0;
let instanceId = 0;
let deliveryId = 0;
beforeEach(async () => {
  ({ id: job } = await define(shell.db, 'execute: x\n', {
    name: 'told',
    webhookUrl: receiver.url('/hook?token=hunter22'),
  }));
  receiver.answers('/hook', { status: 503, text: 'busy' });
  ({ instanceId } = await launchOne(shell.db, job));
  const [row] = await until('a failure', async () => {
    const rows = await shell.db.query<{ id: number }>(
      `select id from deliveries where instance_id = $1 and dead_at is not null`,
      [instanceId],
    );
    return rows.length > 0 && rows;
  });
  deliveryId = row?.id ?? 0;
});

const switchOff = () =>
  shell.db.query(`update endpoints set switched_off_at = now() where target = 'webhook'`);
const stateOf = async (id: number) =>
  (
    await shell.db.query<{ delivered: boolean }>(
      'select delivered_at is not null as delivered from deliveries where id = $1',
      [id],
    )
  )[0]?.delivered;

describe('kuroko deliveries', () => {
  it('lists them, shows one whole, and sends it again', async () => {
    const listed = await kuroko('deliveries', '--dead', '--instance', String(instanceId));
    expect(listed.stdout).toMatch(
      /webhook +dead +1 +\d{4}-.* +#\d+ +http:\/\/127.*\/hook\?\*\*\* +Launched 'told' +it answered 503\n/,
    );
    const whole = await kuroko('deliveries', 'show', String(deliveryId));
    expect(whole.stdout).toContain('{"action":"notify_launch"');
    expect(whole.stdout).toMatch(/ \d+ ms +503 +it answered 503 +busy\n$/);
    expect(listed.stdout + whole.stdout).not.toContain('hunter22');

    const again = await kuroko('deliveries', 'send-again', String(deliveryId));
    expect(again).toMatchObject({ code: 0, stdout: `Delivery ${deliveryId} is sent again.\n` });
    await until('its arrival', () => stateOf(deliveryId));
    const [first, second] = receiver.received.slice(-2);
    expect(second).toMatchObject({ key: first?.key, body: first?.body, status: 200 });
    const audits = await shell.db.query(
      `select action, outcome from audit where action = 'send_again'`,
    );
    expect(audits).toEqual([{ action: 'send_again', outcome: 'done' }]);
    const json = parsed(await kuroko('deliveries', '--job', String(job), '--json'));
    expect(json).toMatchObject({
      deliveries: [{ id: deliveryId, state: 'delivered', reason: null }],
    });
  });

  it('tests an address or that of a job, and says what came of it', async () => {
    const arrived = await kuroko('deliveries', 'test', 'webhook', String(job));
    expect(arrived).toMatchObject({ code: 0, stderr: '' });
    expect(receiver.received.at(-1)?.json).toMatchObject({ action: 'test', job_instance: null });
    receiver.answers('/nobody', { status: 404 });
    const refused = await kuroko('deliveries', 'test', 'webhook', receiver.url('/nobody'));
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('it answered 404');
    // Once: whoever asks wants to know now.
    expect(receiver.at('/nobody')).toHaveLength(1);
    const elsewhere = await kuroko('deliveries', 'test', 'pigeon', 'x');
    expect(elsewhere).toMatchObject({ code: 1, stdout: '' });
    expect(elsewhere.stderr).toContain('There are: webhook');
  });

  it('switches an address on, and says what cannot be done', async () => {
    await switchOff();
    const id = String(deliveryId);
    const refused = await kuroko('deliveries', 'send-again', id);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('is switched off. Test it, or switch it on first.');
    expect((await kuroko('deliveries', '--dead')).stdout).toContain('dead, endpoint switched off');
    expect((await kuroko('deliveries', 'switch-on', id)).code).toBe(0);
    expect((await kuroko('deliveries', 'switch-on', id)).stderr).toContain('is not switched off.');
    expect((await kuroko('deliveries', 'send-again', '999999')).stderr).toContain(
      'There is no delivery 999999.',
    );
  });
});

describe('a definition whose things are sent nowhere', () => {
  it('is warned of when it is saved, and by check', async () => {
    const file = path.join(temporaryFolder(), 'lonely.yml');
    writeFileSync(
      file,
      'name: lonely\nscript: "noop:"\nadmins: [UALICE]\nhipchat_room: ops\nwebhook_url: https://hooks.example/in\n',
    );
    const { code, stderr } = await kuroko('apply', file);
    // To webhooks something is sent here.
    expect([code, stderr]).toEqual([
      0,
      'lonely: hipchat_room: nothing is sent there before the configuration has `notifiers: hipchat`.\n',
    ]);
    // The configuration of whoever checks has neither.
    const { stdout } = await kuroko('check');
    expect(stdout).toMatch(/warning +notifiers: a definition has a hipchat_room/);
    expect(stdout).toMatch(/warning +notifiers: \d+ definitions have a webhook_url/);
  });
});

describe('/kuroko deliveries', () => {
  it('shows what was given up, and sends it again for all to see', async () => {
    const list = await shell.ask(`deliveries ${instanceId} dead`);
    expect(list.text).toBe(`What could not be delivered of #${instanceId}`);
    expect(shown(list)).toContain('after one attempt: it answered 503');
    expect(shown(list)).not.toContain('hunter22');
    expect(buttons(list)).toEqual(['Send again', 'Test']);
    await shell.slack.press(list, 'Send again');
    await shell.slack.waitForMessage(
      ({ text = '', ephemeral_to: to }) =>
        to === undefined && /is sent to .* again, says <@U01ALICE>/.test(text),
    );
    await until('its arrival', () => stateOf(deliveryId));
    expect((await shell.ask(`deliveries ${instanceId} dead`)).text).toBe(
      `Nothing was given up of #${instanceId}.`,
    );
  });

  it('lets operators test an address and switch it on, and nobody else', async () => {
    await switchOff();
    const list = await shell.ask(`deliveries job:${job} dead`);
    expect(buttons(list)).toEqual(['Test', 'Switch on']);
    expect(buttons(await shell.ask(`deliveries job:${job}`, { as: 'ben' }))).toEqual([]);
    const late = await shell.answerTo('ben', () =>
      shell.slack.press(list, 'Switch on', { as: 'ben' }),
    );
    expect(late.text).toContain('Only operators may do this.');
    await shell.slack.press(list, 'Switch on');
    await shell.slack.waitForMessage(({ text = '' }) => text.includes('is switched on again by'));
    const tested = await shell.answerTo('alice', () => shell.slack.press(list, 'Test'));
    expect(tested.text).toContain('It arrives at');
  });

  it('has pages', async () => {
    await shell.db.query(
      `insert into deliveries (notice_id, target, endpoint, shown_endpoint, event, request, instance_id,
         dead_at, reason)
       select 1, 'webhook', 'x', 'x', 'launch', '{"subject":"s"}', $1, now(), 'no' from generate_series(1, 11)`,
      [instanceId],
    );
    const newest = await shell.ask(`deliveries ${instanceId}`);
    expect(buttons(newest).at(-1)).toBe('Older');
    await shell.slack.press(newest, 'Older');
    await until('the older ones', async () =>
      (await shell.slack.messages()).find(
        (message) => message.ts === newest.ts && buttons(message).at(-1) === 'Newest',
      ),
    );
  });
});
