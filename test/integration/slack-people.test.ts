import { webApi } from '@slack/bolt';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { spoken } from '../../src/slack/events/spoken.ts';
import { listInstances } from '../../src/store/instances.ts';
import { startLocalSlack, type LocalSlack } from '../support/local-slack.ts';
import { define, facts, launchOne } from '../support/operations.ts';
import { configFor, shown, startSlackShell, type SlackShell } from '../support/slack-shell.ts';
import { until } from '../support/until.ts';
import type { Otherwise } from '../support/slack-proxy.ts';

let slack: LocalSlack;
const shells: SlackShell[] = [];
beforeAll(async () => {
  slack = await startLocalSlack();
});
afterEach(async () => {
  for (const shell of shells.splice(0)) await shell.stop();
});
afterAll(() => slack.stop());

/** A shell in a fresh database; `ben` is what `users.info` says of him. */
async function shellWith(
  ben?: object | Otherwise,
  policy: Parameters<typeof startSlackShell>[0] = {},
): Promise<SlackShell> {
  const shell = await startSlackShell({ slack, ...policy });
  shells.push(shell);
  const isPerson = typeof ben === 'object' && !('status' in ben);
  shell.proxy.otherwise = (method, args) => {
    if (method !== 'users.info' || args.get('user') !== 'U02BEN' || ben === undefined) return;
    return isPerson
      ? { body: { ok: true, user: { id: 'U02BEN', name: 'ben', team_id: slack.teamId, ...ben } } }
      : ben;
  };
  return shell;
}

const refusals = (shell: SlackShell) =>
  shell.db.query<{ actorId: string; action: string; place: string; reason: string }>(
    `select actor_id, action, place, reason from audit where outcome = 'refused' order by id`,
  );

const people: [string, object, string][] = [
  ['a guest', { is_restricted: true }, 'Guests cannot use Kuroko'],
  ['a guest of one channel', { is_ultra_restricted: true }, 'Guests cannot use Kuroko'],
  ['a bot', { is_bot: true }, 'Bots cannot use Kuroko'],
  ['somebody of another workspace', { team_id: 'T0OTHER' }, 'members of its own workspace only'],
  ['a stranger', { is_stranger: true }, 'members of its own workspace only'],
  ['somebody deactivated', { deleted: true }, 'This account is deactivated'],
  [
    'nobody Slack knows',
    { status: 200, body: { ok: false, error: 'user_not_found' } },
    'user_not_found',
  ],
  ['somebody, while Slack is broken', { status: 500 }, 'could not tell who you are'],
];

describe.each(people)('%s', (_, ben, why) => {
  it('reads, launches, operates and presses nothing, and each attempt is remembered', async () => {
    const shell = await shellWith(ben);
    const { id } = await define(shell.db, 'execute: true');
    const { instanceId } = await launchOne(shell.db, id);
    const message = await shell.postRun(instanceId);
    const commands = ['help', 'list', `show ${id}`, `launch ${id}`, `cancel ${instanceId}`, 'oops'];
    for (const command of commands) {
      const answer = await shell.ask(command, { as: 'ben' });
      expect(answer.text).toContain(why);
      expect(shown(answer)).not.toContain('nightly-report');
    }
    const mention = await shell.answerTo('ben', () =>
      slack.say(`@kuroko launch ${id}`, { as: 'ben' }),
    );
    expect(mention.text).toContain(why);
    const click = await shell.answerTo('ben', () =>
      slack.press(message, 'Cancel', { as: 'ben', confirm: true }),
    );
    expect(click.text).toContain(why);
    expect(await listInstances(shell.db, { limit: 9 })).toMatchObject([
      { id: instanceId, status: 'working' },
    ]);
    const remembered = await refusals(shell);
    expect(remembered).toHaveLength(commands.length + 2);
    expect(remembered[0]).toMatchObject({ actorId: 'U02BEN', place: 'C01GENERAL' });
  });

  it('sees the refusal in place of the launch form', async () => {
    const shell = await shellWith(ben);
    await define(shell.db, 'execute: true');
    const before = (await slack.log()).at(-1)?.id;
    await slack.command('launch', { as: 'ben' });
    const filled = await until('the form to be filled', async () => {
      const log = await slack.log();
      const since = log.slice(log.findIndex(({ id }) => id === before) + 1);
      return since.find(({ summary }) => summary === 'views.update');
    });
    expect(JSON.stringify(filled)).toContain(why);
    expect(JSON.stringify(filled)).not.toContain('nightly-report');
  });
});

describe('a member', () => {
  it('does all of that', async () => {
    const shell = await shellWith({});
    const { id } = await define(shell.db, 'execute: true');
    expect(shown(await shell.ask('list', { as: 'ben' }))).toContain('nightly-report');
    await slack.command(`launch ${id}`, { as: 'ben' });
    const instance = await until(
      'a run',
      async () => (await listInstances(shell.db, { limit: 1 }))[0],
    );
    const message = await shell.postRun(instance.id);
    await slack.press(message, 'Cancel', { as: 'ben', confirm: true });
    await until('the end', async () => {
      const [run] = await listInstances(shell.db, { limit: 1 });
      return run?.status === 'canceled';
    });
    expect(await refusals(shell)).toEqual([]);
  });

  it('is looked up again after a failure, and not while known', async () => {
    let lookUps = 0;
    const shell = await shellWith();
    shell.proxy.otherwise = (method) => {
      if (method !== 'users.info') return undefined;
      lookUps += 1;
      return lookUps === 1 ? 'drop' : undefined;
    };
    expect((await shell.ask('status')).text).toContain('could not tell who you are');
    expect((await shell.ask('status')).text).toBe('Nothing runs now.');
    expect((await shell.ask('status')).text).toBe('Nothing runs now.');
    expect(lookUps).toBe(2);
  });

  it('waits no longer than five seconds for Slack to say who he is', async () => {
    const shell = await shellWith('hang');
    expect((await shell.ask('status', { as: 'ben' })).text).toContain('no answer');
  });
});

describe('a bot that mentions Kuroko', () => {
  it('is refused, remembered, and not answered: it could answer in turn', async () => {
    const shell = await shellWith();
    const said: string[] = [];
    const event = { channel: 'C01GENERAL', bot_id: 'B0OTHER', ts: '1.1', text: 'launch 1' };
    const client = new webApi.WebClient(slack.botToken, { slackApiUrl: slack.apiUrl });
    const parts = { config: configFor(slack, shell.proxy), db: shell.db, facts };
    const own = { teamId: slack.teamId, botUserId: slack.botUserId };
    const identify = async () => {
      said.push('looked up');
      return { name: 'x', teamId: slack.teamId, standing: 'member' as const };
    };
    const before = (await shell.answers()).length;
    await spoken(
      { ...parts, log: pino({ level: 'silent' }), client, identify, own },
      event,
      'Ev1',
      'list',
    );
    expect(said).toEqual([]);
    expect(await shell.answers()).toHaveLength(before);
    expect(await refusals(shell)).toMatchObject([
      { actorId: 'B0OTHER', reason: 'Bots cannot use Kuroko.' },
    ]);
  });
});

describe('channels and admins', () => {
  it('are kept to where the configuration says', async () => {
    const shell = await shellWith({}, { policy: { allowedChannels: ['C02ALERTS'] } });
    expect((await shell.ask('status')).text).toContain('may not be used in this channel');
    expect((await shell.ask('status', { in: 'alerts' })).text).toBe('Nothing runs now.');
  });

  it('only admins of a job launch and operate it when the configuration says so', async () => {
    const shell = await shellWith({}, { policy: { launch: 'admins' } });
    const { id } = await define(shell.db, 'execute: true');
    expect((await shell.ask(`launch ${id}`, { as: 'ben' })).text).toBe(
      'Only admins of "nightly-report" may do this.',
    );
    await shell.db.query(`insert into users (name, slack_user_id) values ('ben', 'U02BEN')`);
    await shell.db.query(
      `insert into definition_admins select $1, id from users where slack_user_id = 'U02BEN'`,
      [id],
    );
    await slack.command(`launch ${id}`, { as: 'ben' });
    const run = await until('a run', async () => (await listInstances(shell.db, { limit: 1 }))[0]);
    expect((await shell.ask(`cancel ${run.id}`)).text).toContain('Only admins');
    expect((await shell.ask(`cancel ${run.id}`, { as: 'ben' })).text).toMatch(/^Cancelled/);
  });
});

describe('a fault of ours', () => {
  it('is told with a reference and nothing else, and is found in the log by it', async () => {
    const shell = await shellWith();
    await shell.db.query('alter table instances rename to misplaced');
    const answer = await shell.ask('status');
    expect(answer.text).toMatch(/^Something went wrong on our side. Reference: [0-9a-f]{6}$/);
    expect(shown(answer)).not.toContain('instances');
    const reference = answer.text?.slice(-6) ?? '';
    expect(shell.logged.filter((line) => line.includes(reference)).join()).toContain('instances');
    await shell.db.query('alter table misplaced rename to instances');
    expect((await shell.ask('status')).text).toBe('Nothing runs now.');
  });
});
