import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { createIdentify, identityOf } from '../../../src/slack/identity.ts';
import type { WebClient } from '../../../src/slack/web-client.ts';

const own = { teamId: 'T1' };
const log = pino({ level: 'silent' });

describe('what somebody is in our workspace', () => {
  it.each([
    ['a member', { team_id: 'T1' }, 'member'],
    ['a guest of several channels', { team_id: 'T1', is_restricted: true }, 'guest'],
    ['a guest of one channel', { team_id: 'T1', is_ultra_restricted: true }, 'guest'],
    ['a bot', { team_id: 'T1', is_bot: true }, 'bot'],
    ['Slackbot', { team_id: 'T1', id: 'USLACKBOT' }, 'bot'],
    ['somebody deactivated', { team_id: 'T1', deleted: true }, 'deactivated'],
    ['somebody of another workspace', { team_id: 'T2' }, 'foreign'],
    ['a stranger in a shared channel', { team_id: 'T1', is_stranger: true }, 'foreign'],
    ['a guest of another workspace', { team_id: 'T2', is_restricted: true }, 'foreign'],
    ['somebody without a workspace', {}, 'foreign'],
    [
      'a member of ours whose home is another workspace of the organisation',
      { team_id: 'T2', enterprise_user: { teams: ['T2', 'T1'] } },
      'member',
    ],
    [
      'somebody of a workspace of the organisation that is not ours',
      { team_id: 'T2', enterprise_user: { teams: ['T2'] } },
      'foreign',
    ],
  ])('%s', (_, user, standing) => {
    expect(identityOf({ id: 'U1', ...user }, own).standing).toBe(standing);
  });

  it('goes by the name that is shown', () => {
    const user = { id: 'U1', team_id: 'T1', name: 'ann.b', profile: { display_name: ' ' } };
    expect(identityOf({ ...user, profile: { display_name: 'Ann' } }, own).name).toBe('Ann');
    expect(identityOf({ ...user, profile: { real_name: 'Ann B' } }, own).name).toBe('Ann B');
    expect(identityOf(user, own).name).toBe('ann.b');
    expect(identityOf({ id: 'U1' }, own).name).toBe('U1');
  });
});

describe('asking Slack who somebody is', () => {
  /** Answers of `users.info`, one a call. */
  function slackThatSays(...answers: (object | Error)[]) {
    let calls = 0;
    const client = {
      users: {
        info: async ({ user }: { user: string }) => {
          const answer = answers[calls++];
          if (answer instanceof Error) throw answer;
          return { ok: true, user: { id: user, ...answer } };
        },
      },
    } as unknown as WebClient;
    return { client, calls: () => calls };
  }

  it('happens once in five minutes, however many ask at once', async () => {
    let now = 0;
    const slack = slackThatSays({ team_id: 'T1' }, { team_id: 'T1', deleted: true });
    const identify = createIdentify({ client: slack.client, own, log, now: () => now });
    const twice = await Promise.all([identify('U1'), identify('U1')]);
    expect(twice.map(({ standing }) => standing)).toEqual(['member', 'member']);
    now = 299_999;
    expect(await identify('U1')).toMatchObject({ standing: 'member' });
    expect(slack.calls()).toBe(1);
    now = 300_000;
    expect(await identify('U1')).toMatchObject({ standing: 'deactivated' });
  });

  it('refuses whoever Slack does not name, and asks again the next time', async () => {
    const slack = slackThatSays(new Error('timeout'), { team_id: 'T1' });
    const identify = createIdentify({ client: slack.client, own, log });
    await expect(identify('U1')).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('nothing was done'),
    });
    expect(await identify('U1')).toMatchObject({ standing: 'member' });
  });
});
