import { randomUUID } from 'node:crypto';
import Hapi from '@hapi/hapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scheduleSetOf } from '../../src/operations/edit-schedules.ts';
import { findDefinition } from '../../src/store/definitions.ts';
import { startLocalSlack, type LocalMessage, type LocalSlack } from '../support/local-slack.ts';
import { define } from '../support/operations.ts';
import { scheduleOf, setSchedules } from '../support/schedules.ts';
import { signedRequest } from '../support/signed-request.ts';
import { buttons, shown, startSlackShell, type SlackShell } from '../support/slack-shell.ts';
import { until } from '../support/until.ts';

let server: Hapi.Server;
let slack: LocalSlack;
let shell: SlackShell;
beforeAll(async () => {
  server = Hapi.server({ host: '127.0.0.1', port: 0 });
  await server.start();
  slack = await startLocalSlack({ requestUrl: `${server.info.uri}/slack/events` });
  shell = await startSlackShell({ slack, http: true, policy: { operators: ['U01ALICE'] } });
  server.route([...shell.app.routes]);
});
afterAll(async () => {
  await shell.stop();
  await slack.stop();
  await server.stop();
});

const job = (name: string) => define(shell.db, 'execute: true', { name });
const setOf = (id: number) => scheduleSetOf(shell.db, id);
/** What everybody in the channel is told after something was done. */
async function toldAfter(act: () => Promise<unknown>): Promise<LocalMessage> {
  const open = async () =>
    (await slack.messages()).filter(({ ephemeral_to: to, bot_id: bot }) => bot && !to);
  const before = (await open()).length;
  await act();
  return until('a message to all', async () => (await open())[before]);
}

describe('/kuroko schedule', () => {
  it('adds, shows and removes, and tells the channel with what comes next', async () => {
    const { id } = await job('nightly');
    const empty = await shell.ask('schedule nightly');
    expect(shown(empty)).toContain('It has no schedule: it is launched by hand only.');
    expect(buttons(empty)).toEqual(['Add schedule…']);
    const added = await toldAfter(() =>
      slack.command('schedule nightly add 30 2 * * 1-5 Asia/Tokyo catch_up=none'),
    );
    expect(added.text).toBe(
      '🗓️ <@U01ALICE> added the schedule `30 2 * * 1-5` to nightly: At 02:30, Monday through Friday (Asia/Tokyo).',
    );
    expect(shown(added).match(/• (?:Mon|Tue|Wed|Thu|Fri) \d+ \w+ (?:\d{4} )?02:30/g)).toHaveLength(
      5,
    );
    const schedule = { cron: '30 2 * * 1-5', timeZone: 'Asia/Tokyo', catchUp: 'none' } as const;
    expect((await setOf(id)).schedules).toEqual([scheduleOf(schedule.cron, schedule)]);
    const list = await shell.ask('schedule nightly');
    expect(shown(list)).toContain(
      '⏰ `30 2 * * 1-5` At 02:30, Monday through Friday · Asia/Tokyo · missed: not made up for',
    );
    expect(shown(list)).toContain('Next run <!date^');
    expect(buttons(list)).toEqual(['Remove', 'Add schedule…', 'Suspend at times…', 'Suspend']);
    const removed = await toldAfter(() => slack.command('schedule nightly remove `30 2 * * 1-5`'));
    expect(removed.text).toContain('<@U01ALICE> removed the schedule `30 2 * * 1-5` of nightly');
    expect(shown(removed)).toContain('It has no schedule now');
    expect((await setOf(id)).schedules).toEqual([]);
  });

  it.each([
    ['add 61 * * * *', 'The minute `61` is out of range: 0-59 are allowed.'],
    ['add 30 2 * *', 'A cron has five fields'],
    ['add 0 0 31 2 *', 'would never launch'],
    ['add 30 2 * * * Tokio', 'There is no time zone `Tokio`. Did you mean Asia/Tokyo?'],
    ['add 30 2 * * * new_york', 'Did you mean America/New_York?'],
    ['add 30 2 * * * catch_up=some', 'catch_up is latest, all or none'],
    ['remove 1 1 1 1 *', 'It has no schedule `1 1 1 1 *`.'],
    ['frob 30 2 * * *', 'Say `schedule JOB`'],
    ['add', 'Say `schedule JOB`'],
  ])('says of %j what is wrong, and changes nothing', async (words, problem) => {
    const { id } = await job('refusing');
    expect((await shell.ask(`schedule ${id} ${words}`)).text).toContain(problem);
    expect(await setOf(id)).toEqual({ schedules: [], suspendSchedules: [] });
  });

  it('says that it is there already', async () => {
    const { id } = await job('twice');
    await setSchedules(shell.db, id, { schedules: [scheduleOf('0 9 * * *')] });
    const answer = await shell.ask(`schedule ${id} add "0 9 * * *"`);
    expect(answer.text).toContain('`0 9 * * *` is a schedule of it already.');
  });

  it('is for admins and operators; others see them without the means to change them', async () => {
    const { id } = await job('guarded');
    await setSchedules(shell.db, id, { schedules: [scheduleOf('0 9 * * *')] });
    expect(buttons(await shell.ask(`schedule ${id}`, { as: 'ben' }))).toEqual([]);
    for (const words of ['schedule', 'suspend-schedule']) {
      const answer = await shell.ask(`${words} ${id} add 0 10 1 * *`, { as: 'ben' });
      expect(answer.text).toBe('Only admins of "guarded" may do this.');
    }
    const answer = await shell.ask(`suspend ${id}`, { as: 'ben' });
    expect(answer.text).toBe('Only admins of "guarded" may do this.');
    expect(await setOf(id)).toEqual({ schedules: [scheduleOf('0 9 * * *')], suspendSchedules: [] });
  });
});

describe('/kuroko suspend-schedule', () => {
  it('strikes what it takes out through, and refuses to take out everything', async () => {
    const { id } = await job('half');
    const refused = await shell.ask(`suspend-schedule ${id} add * * * * 0`);
    expect(refused.text).toBe('Cron needs job schedules: there is nothing to suspend.');
    await setSchedules(shell.db, id, { schedules: [scheduleOf('0 9 * * *')] });
    // One of them is among any five days in a row.
    const told = await toldAfter(() => slack.command(`suspend-schedule ${id} add * * * * sun,wed`));
    expect(told.text).toContain('<@U01ALICE> suspends launches of half on `* * * * sun,wed`');
    expect(shown(told)).toMatch(/• ~(?:Sun|Wed) [^~]*09:00~ suspended by `\* \* \* \* sun,wed`/);
    const all = await shell.ask(`suspend-schedule ${id} add * 9 * * *`);
    expect(all.text).toBe('Cron suspends all launched schedules: no launch would be left.');
    const list = await shell.ask(`suspend-schedule ${id}`);
    expect(shown(list)).toContain('🚫 `* * * * sun,wed`');
    await toldAfter(() => slack.command(`suspend-schedule ${id} remove * * * * sun,wed`));
    expect((await setOf(id)).suspendSchedules).toEqual([]);
  });
});

describe('the buttons', () => {
  it('suspend and resume once; whoever comes late is told who was first', async () => {
    const { id } = await job('stopped');
    await setSchedules(shell.db, id, { schedules: [scheduleOf('0 9 * * *')] });
    const card = await shell.ask(`show ${id}`);
    expect(shown(card)).toContain('*Schedules* · next run <!date^');
    expect(buttons(card)).toEqual(['Launch', 'Launch with values…', 'Schedules', 'Suspend']);
    const told = await toldAfter(() => slack.press(card, 'Suspend'));
    expect(told.text).toContain('⏸️ <@U01ALICE> suspended stopped');
    expect(await findDefinition(shell.db, id)).toMatchObject({ suspended: true });
    const late = await shell.answerTo('alice', () => slack.press(card, 'Suspend'));
    expect(late.text).toMatch(/^stopped is suspended already, by alice <!date/);
    expect(shown(await shell.ask(`schedule ${id}`))).toContain('~');
    const resumed = await toldAfter(() => slack.press(told, 'Resume'));
    expect(resumed.text).toContain('▶️ <@U01ALICE> resumed stopped. Next run');
    expect((await shell.ask(`resume ${id}`)).text).toContain('stopped is not suspended');
    expect(await findDefinition(shell.db, id)).toMatchObject({ suspended: false });
  });

  it('remove one schedule, and say so when it is gone already', async () => {
    const { id } = await job('less');
    const two = [scheduleOf('0 9 * * *'), scheduleOf('0 10 * * *', { timeZone: 'Asia/Tokyo' })];
    const suspendSchedules = ['* * 1 1 *'];
    await setSchedules(shell.db, id, { schedules: two, suspendSchedules });
    const card = await shell.ask(`show ${id}`);
    const list = await shell.answerTo('alice', () => slack.press(card, 'Schedules'));
    await toldAfter(() => slack.press(list, 'Remove', { confirm: true }));
    expect((await setOf(id)).schedules).toEqual(two.slice(1));
    await setSchedules(shell.db, id, { schedules: two.slice(1) });
    const stale = await shell.answerTo('alice', () =>
      slack.press(list, 'Remove', { confirm: true }),
    );
    expect(stale.text).toContain('It was removed already.');
    expect(await setOf(id)).toEqual({ schedules: two.slice(1), suspendSchedules: [] });
  });
});

describe('the forms', () => {
  async function submit(
    kind: 'add_schedule' | 'add_suspend_schedule',
    definitionId: number,
    { cron = '', zone = '', catchUp = 'configured', as = 'U01ALICE' },
  ): Promise<unknown> {
    const payload = {
      type: 'view_submission',
      team: { id: slack.teamId },
      user: { id: as, team_id: slack.teamId },
      trigger_id: randomUUID(),
      view: {
        id: randomUUID(),
        hash: '1.1',
        type: 'modal',
        callback_id: kind,
        private_metadata: `${definitionId} C01GENERAL`,
        state: {
          values: {
            cron: { cron_value: { type: 'plain_text_input', value: cron } },
            zone: { zone_value: { type: 'plain_text_input', value: zone === '' ? null : zone } },
            catch_up: {
              catch_up_value: { type: 'static_select', selected_option: { value: catchUp } },
            },
          },
        },
      },
    };
    const url = `${server.info.uri}/slack/events`;
    const form = { payload: JSON.stringify(payload) };
    const text = await signedRequest(url, slack.signingSecret, form);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
  const errors = (fields: Record<string, unknown>) => ({
    response_action: 'errors',
    errors: fields,
  });

  it('open from the list', async () => {
    const { id } = await job('formed');
    const list = await shell.ask(`schedule ${id}`);
    await slack.press(list, 'Add schedule…');
    const opened = await until('the form to be filled', async () => {
      const [update] = (await slack.calls('views.update')).slice(-1);
      const text = JSON.stringify(update ?? {});
      return text.includes('formed') && text;
    });
    for (const field of ['cron_value', 'zone_value', 'catch_up_value', 'As configured']) {
      expect(opened).toContain(field);
    }
  });

  it('add, and tell the channel where they were opened', async () => {
    const { id } = await job('by-form');
    const told = await toldAfter(async () => {
      const wish = { cron: ' 30  2 * * * ', zone: 'Europe/Berlin', catchUp: 'all' };
      expect(await submit('add_schedule', id, wish)).toBeNull();
    });
    expect(told.text).toContain('added the schedule `30 2 * * *` to by-form');
    const zoned = { timeZone: 'Europe/Berlin', catchUp: 'all' } as const;
    expect((await setOf(id)).schedules).toEqual([scheduleOf('30 2 * * *', zoned)]);
    expect(await submit('add_suspend_schedule', id, { cron: '* * 1 1 *' })).toBeNull();
    expect((await setOf(id)).suspendSchedules).toEqual(['* * 1 1 *']);
  });

  it('show what is wrong at its field, with what may have been meant', async () => {
    const { id } = await job('wrong-form');
    const cron = '5/10 * * * *';
    expect(await submit('add_schedule', id, { cron })).toEqual(
      errors({ cron: expect.stringContaining('write "5-59/10"') }),
    );
    expect(await submit('add_schedule', id, { cron: '0 9 * * *', zone: 'Europe/Berln' })).toEqual(
      errors({ zone: 'There is no time zone "Europe/Berln". Did you mean Europe/Berlin?' }),
    );
    expect(await submit('add_suspend_schedule', id, { cron: '* * * * *' })).toEqual(
      errors({ cron: 'Cron needs job schedules: there is nothing to suspend.' }),
    );
    expect(await submit('add_schedule', id, { cron: '0 9 * * *', as: 'U02BEN' })).toEqual(
      errors({ cron: 'Only admins of "wrong-form" may do this.' }),
    );
    expect(await setOf(id)).toEqual({ schedules: [], suspendSchedules: [] });
  });
});

describe('/kuroko why', () => {
  it('says how the time was understood, and what was due around it', async () => {
    const { id } = await job('asked');
    const zoned = scheduleOf('30 2 * * *', { timeZone: 'Asia/Tokyo' });
    await setSchedules(shell.db, id, { schedules: [zoned] });
    const answer = await shell.ask('why asked 2026-01-31 04:00');
    expect(shown(answer)).toContain('*asked* · Sat 31 Jan');
    expect(shown(answer)).toContain(' 04:00 Asia/Tokyo');
    expect(shown(answer)).toMatch(
      /`30 2 \* \* \*` is not due then: the one before is Sat 31 Jan (?:2026 )?02:30, the next one after is Sun 1 Feb/,
    );
    const due = await shell.ask('why asked 2026-01-31 02:30');
    expect(shown(due)).toContain('would have been due, but was saved or resumed later');
    const none = await shell.ask(`why ${(await job('unscheduled')).id} 02:30`);
    expect(shown(none)).toContain('It has no schedule');
  });

  it.each([
    ['why', 'Say which job and when'],
    ['why asked', 'Say which job and when'],
    ['why asked soon', '"soon" is no time that is understood.'],
    ['why nobody 02:30', 'There is no job "nobody".'],
  ])('answers %j: %s', async (text, answer) => {
    expect((await shell.ask(text)).text).toContain(answer);
  });
});
