import { webApi } from '@slack/bolt';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { spoken } from '../../src/slack/events/spoken.ts';
import { listInstances } from '../../src/store/instances.ts';
import { startLocalSlack, type LocalSlack } from '../support/local-slack.ts';
import { define, facts, launchOne } from '../support/operations.ts';
import { configFor, shown, startSlackShell, type SlackShell } from '../support/slack-shell.ts';
import { until } from '../support/until.ts';
import type { Config } from '../../src/config.ts';
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

/** A shell in a fresh database. */
async function freshShell(policy: Partial<Config['slack']> = {}): Promise<SlackShell> {
  const shell = await startSlackShell({ slack, policy });
  shells.push(shell);
  return shell;
}

const refusals = (shell: SlackShell) =>
  shell.db.query<{ actorId: string; action: string; place: string; reason: string }>(
    `select actor_id, action, place, reason from audit where outcome = 'refused' order by id`,
  );

/** By the id under which `users.info` says so. */
const people: [
  string,
  string,
  Exclude<Otherwise, string | undefined> | Readonly<Record<string, unknown>>,
  string,
][] = [
  ['a guest', 'U1GUEST', { is_restricted: true }, 'Guests cannot use Kuroko'],
  ['a guest of one channel', 'U1SINGLE', { is_ultra_restricted: true }, 'Guests cannot use Kuroko'],
  ['a bot', 'U1BOT', { is_bot: true }, 'Bots cannot use Kuroko'],
  ['somebody of elsewhere', 'U1OTHER', { team_id: 'T0OTHER' }, 'members of its own workspace only'],
  ['a stranger', 'U1STRANGER', { is_stranger: true }, 'members of its own workspace only'],
  ['somebody deactivated', 'U1GONE', { deleted: true }, 'This account is deactivated'],
  [
    'nobody Slack knows',
    'U1NOBODY',
    { body: { ok: false, error: 'user_not_found' } },
    'user_not_found',
  ],
  ['anybody, while Slack is broken', 'U1BROKEN', { status: 500 }, 'could not tell who you are'],
];

const isAnswer = (said: object): said is Exclude<Otherwise, string | undefined> =>
  'body' in said || 'status' in said;

describe('whoever is no member', () => {
  let shell: SlackShell;
  beforeAll(async () => {
    shell = await startSlackShell({ slack });
  });
  afterAll(() => shell.stop());

  describe.each(people)('%s', (_, user, said, why) => {
    beforeAll(() => {
      shell.proxy.otherwise = (method, args) => {
        if (method !== 'users.info' || args.get('user') !== user) return undefined;
        return isAnswer(said)
          ? said
          : { body: { ok: true, user: { id: user, name: 'x', team_id: slack.teamId, ...said } } };
      };
    });
    const channel = 'C01GENERAL';
    const act = (route: string, body: object) =>
      fetch(`${slack.controlUrl}${route}`, {
        method: 'POST',
        body: JSON.stringify({ user, channel, command: '/kuroko', ...body }),
      });

    it('reads, launches, operates and presses nothing, and each attempt is remembered', async () => {
      const { id } = await define(shell.db, 'execute: true');
      const { instanceId } = await launchOne(shell.db, id);
      const message = await shell.postRun(instanceId);
      const commands = [
        'help',
        'list',
        `show ${id}`,
        `launch ${id}`,
        `cancel ${instanceId}`,
        'oops',
      ];
      for (const text of commands) {
        const answer = await shell.answerTo(user, () => act('/command', { text }));
        expect(answer.text).toContain(why);
        expect(shown(answer)).not.toContain('nightly-report');
      }
      const text = `<@${slack.botUserId}> launch ${id}`;
      const mention = await shell.answerTo(user, () => act('/message', { text }));
      expect(mention.text).toContain(why);
      const action = { type: 'button', action_id: 'cancel', value: `instance:${instanceId}` };
      const click = await shell.answerTo(user, () =>
        act('/interact', { messageTs: message.ts, action }),
      );
      expect(click.text).toContain(why);
      expect(await listInstances(shell.db, { definitionId: id, limit: 9 })).toMatchObject([
        { id: instanceId, status: 'working' },
      ]);
      const remembered = (await refusals(shell)).filter(({ actorId }) => actorId === user);
      expect(remembered).toHaveLength(commands.length + 2);
      expect(new Set(remembered.map(({ place }) => place))).toEqual(new Set([channel]));
    });

    it('sees the refusal in place of the launch form', async () => {
      await define(shell.db, 'execute: true');
      const before = (await slack.log()).at(-1)?.id;
      await act('/command', { text: 'launch' });
      const filled = await until('the form to be filled', async () => {
        const log = await slack.log();
        const since = log.slice(log.findIndex(({ id }) => id === before) + 1);
        return since.find(({ summary }) => summary === 'views.update');
      });
      expect(JSON.stringify(filled)).toContain(why);
      expect(JSON.stringify(filled)).not.toContain('nightly-report');
    });
  });
});

describe('a member', () => {
  it('does all of that', async () => {
    const shell = await freshShell();
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
    const shell = await freshShell();
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
    const shell = await freshShell();
    shell.proxy.otherwise = (method) => (method === 'users.info' ? 'hang' : undefined);
    expect((await shell.ask('status', { as: 'ben' })).text).toContain('no answer');
  });
});

describe('a bot that mentions Kuroko', () => {
  it('is refused, remembered, and not answered: it could answer in turn', async () => {
    const shell = await freshShell();
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
      {
        ...parts,
        log: pino({ level: 'silent' }),
        client,
        identify,
        own,
        restarts: { look() {}, stop() {} },
      },
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
    const shell = await freshShell({ allowedChannels: ['C02ALERTS'] });
    expect((await shell.ask('status')).text).toContain('may not be used in this channel');
    expect((await shell.ask('status', { in: 'alerts' })).text).toBe('Nothing runs now.');
  });

  it('only admins of a job launch and operate it when the configuration says so', async () => {
    const shell = await freshShell({ launch: 'admins' });
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
    const shell = await freshShell();
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
