import { randomUUID } from 'node:crypto';
import Hapi from '@hapi/hapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listInstances } from '../../src/store/instances.ts';
import { readRun } from '../../src/store/run.ts';
import { startLocalSlack, type LocalSlack } from '../support/local-slack.ts';
import { define } from '../support/operations.ts';
import { signedRequest } from '../support/signed-request.ts';
import { holdLaunches, startSlackShell, type SlackShell } from '../support/slack-shell.ts';
import { until } from '../support/until.ts';

let server: Hapi.Server;
let slack: LocalSlack;
let shell: SlackShell;
beforeAll(async () => {
  server = Hapi.server({ host: '127.0.0.1', port: 0 });
  await server.start();
  slack = await startLocalSlack({ requestUrl: `${server.info.uri}/slack/events` });
  const policy = { allowedChannels: ['C01GENERAL'], operators: ['U01ALICE'] };
  shell = await startSlackShell({ slack, http: true, policy });
  server.route([...shell.app.routes]);
});
afterAll(async () => {
  await shell.stop();
  await slack.stop();
  await server.stop();
});

interface Fields {
  readonly job?: number | string | null;
  readonly env?: string | null;
  readonly channel?: string | null;
  readonly script?: string | null;
}

interface Sent {
  readonly view?: string;
  readonly from?: string;
  readonly as?: string;
  /** The block that the script stands in. */
  readonly block?: string;
}

/** The form comes back as Slack sends it; the answer is what Slack would do with the form. */
async function submit(fields: Fields, sent: Sent = {}): Promise<unknown> {
  const text = await send({
    payload: JSON.stringify({ type: 'view_submission', ...payload(fields, sent) }),
  });
  return text === '' ? null : (JSON.parse(text) as unknown);
}

/** Another job is chosen in the form. */
async function choose(fields: Fields, sent: Sent): Promise<void> {
  const { view, ...more } = payload(fields, sent);
  const { job_value: element } = view.state.values.job;
  const actions = [{ ...element, action_id: 'job_value', block_id: 'job', action_ts: '1.1' }];
  const container = { type: 'view', view_id: view.id };
  await send({
    payload: JSON.stringify({ type: 'block_actions', ...more, view, container, actions }),
  });
}

function payload(
  { job = null, env = null, channel = null, script = null }: Fields,
  { view = randomUUID(), from = 'C01GENERAL', as = 'U01ALICE', block = 'script' }: Sent,
) {
  const selected = job === null ? null : { value: String(job), text: { text: 'x' } };
  return {
    team: { id: slack.teamId },
    user: { id: as, team_id: slack.teamId },
    trigger_id: randomUUID(),
    view: {
      id: view,
      hash: '1.1',
      type: 'modal',
      callback_id: 'launch',
      private_metadata: from,
      state: {
        values: {
          job: { job_value: { type: 'static_select', selected_option: selected } },
          env: { env_value: { type: 'plain_text_input', value: env } },
          [block]: { script_value: { type: 'plain_text_input', value: script } },
          channel: {
            channel_value: { type: 'conversations_select', selected_conversation: channel },
          },
        },
      },
    },
  };
}

const send = (form: Record<string, string>): Promise<string> =>
  signedRequest(`${server.info.uri}/slack/events`, slack.signingSecret, form);

const runsOf = (definitionId: number) => listInstances(shell.db, { definitionId, limit: 9 });
const errors = (fields: Record<string, unknown>) => ({ response_action: 'errors', errors: fields });

describe('over HTTP', () => {
  it('commands, clicks, mentions and forms come through one signed route', async () => {
    const { id } = await define(shell.db, 'execute: true', { name: 'over-http' });
    const list = await shell.ask('list over-http');
    expect(list.text).toBe('1 job for "over-http"');
    await slack.press(list, 'Launch');
    await until('a run', async () => (await runsOf(id))[0]);
    const answer = await shell.answerTo('ben', () => slack.say('@kuroko list x-y', { as: 'ben' }));
    expect(answer.text).toBe('No job matches "x-y".');
  });
});

describe('an answer', () => {
  const command = (more: object) => ({
    command: '/kuroko',
    text: 'status',
    user_id: 'U01ALICE',
    channel_id: 'C01GENERAL',
    channel_name: 'general',
    team_id: slack.teamId,
    trigger_id: randomUUID(),
    ...more,
  });

  it('takes another way when the address for it has expired', async () => {
    const answer = await shell.answerTo('alice', () =>
      send(command({ response_url: `${slack.controlUrl}/no-such-thing` })),
    );
    expect(answer.text).toMatch(/running|Nothing runs now/);
    // By that way it came as a call of the Web API, not to the address.
    expect((await slack.calls('chat.postEphemeral')).at(-1)).toMatchObject({ user: 'U01ALICE' });
  });

  it('is a direct message where neither of us can be spoken to in the channel', async () => {
    shell.proxy.otherwise = (method) =>
      method === 'chat.postEphemeral'
        ? { body: { ok: false, error: 'not_in_channel' } }
        : undefined;
    await send(command({ response_url: `${slack.controlUrl}/no-such-thing`, text: 'show' }));
    const call = await until('a direct message', async () =>
      (await slack.calls('chat.postMessage')).find(({ channel }) => channel === 'U01ALICE'),
    );
    expect(call).toMatchObject({ text: expect.stringContaining('Say which job') });
    shell.proxy.otherwise = () => undefined;
  });

  it('that can be given nowhere changes nothing about what was done', async () => {
    const { id } = await define(shell.db, 'execute: true', { slackChannel: '#alerts' });
    shell.proxy.otherwise = (method) => (method.startsWith('chat.') ? 'drop' : undefined);
    await send(
      command({ response_url: `${slack.controlUrl}/no-such-thing`, text: `launch ${id}` }),
    );
    await until('the loss in the log', () =>
      shell.logged.some((line) => line.includes('an answer could not be given')),
    );
    shell.proxy.otherwise = () => undefined;
    expect(await runsOf(id)).toHaveLength(1);
  });
});

describe('the launch form', () => {
  /** The calls of a method since something was done. */
  async function callsSince(method: string, act: () => Promise<unknown>) {
    const before = (await slack.calls(method)).length;
    await act();
    return until(`a call of ${method}`, async () => (await slack.calls(method))[before]);
  }

  it('is opened before anything is looked up, then filled in', async () => {
    const { id } = await define(shell.db, 'execute: true', { name: 'in-the-form' });
    const before = (await slack.log()).at(-1)?.id;
    const update = await callsSince('views.update', () => slack.command('launch', { as: 'carol' }));
    const filled = JSON.stringify(update);
    expect(filled).toContain(`${id} in-the-form`);
    expect(filled).toContain('"private_metadata":"C01GENERAL"');
    const log = await slack.log();
    const methods = log
      .slice(log.findIndex((entry) => entry.id === before) + 1)
      .filter(({ kind, direction }) => kind === 'web_api' && direction === 'from_bot')
      .map(({ summary }) => summary);
    expect(methods).toEqual(['views.open', 'users.info', 'views.update']);
  });

  it('keeps the values that were typed', async () => {
    const update = await callsSince('views.update', () => slack.command('launch A=1 B="x y"'));
    expect(JSON.stringify(update)).toContain('"initial_value":"A=1\\nB=x y"');
  });

  it('comes from a card with its job chosen', async () => {
    const { id } = await define(shell.db, 'execute: true', { name: 'chosen' });
    const card = await shell.ask(`show ${id}`);
    const update = await callsSince('views.update', () => slack.press(card, 'launch_form'));
    expect(JSON.stringify(update)).toMatch(new RegExp(`"initial_option":.*"value":"${id}"`));
  });

  it('that was closed meanwhile is not missed', async () => {
    const before = (await shell.answers()).length;
    shell.proxy.otherwise = (method) =>
      method === 'views.update' ? { body: { ok: false, error: 'not_found' } } : undefined;
    await slack.command('launch');
    // Whatever was to be said would have been said before this.
    expect((await shell.ask('show')).text).toContain('Say which job');
    shell.proxy.otherwise = () => undefined;
    expect(await shell.answers()).toHaveLength(before + 1);
  });

  it('that Slack does not open any more is told of', async () => {
    shell.proxy.otherwise = (method) =>
      method === 'views.open' ? { body: { ok: false, error: 'expired_trigger_id' } } : undefined;
    const answer = await shell.ask('launch');
    shell.proxy.otherwise = () => undefined;
    expect(answer.text).toContain('Slack closed the form');
  });
});

describe('a submitted form', () => {
  it('launches once, however often it comes, and closes', async () => {
    const { id } = await define(shell.db, 'execute: true');
    const view = randomUUID();
    const fields = { job: id, env: 'A=1\n\nB=two words\n', channel: 'C01GENERAL' };
    expect(await submit(fields, { view })).toBeNull();
    expect(await submit(fields, { view })).toBeNull();
    const runs = await runsOf(id);
    expect(runs).toHaveLength(1);
    const run = await readRun(shell.db, runs[0]?.id ?? 0);
    expect(run?.instance).toMatchObject({
      env: { A: '1', B: 'two words' },
      launchedBy: 'alice',
      launchChannel: 'C01GENERAL',
    });
    expect(await submit(fields)).toBeNull();
    expect(await runsOf(id)).toHaveLength(2);
  });

  it('is told of where it was opened, if nowhere else', async () => {
    const { id } = await define(shell.db, 'execute: true');
    await submit({ job: id });
    const [run] = await runsOf(id);
    expect((await readRun(shell.db, run?.id ?? 0))?.instance.launchChannel).toBe('C01GENERAL');
  });

  it('shows each problem at its field, and launches nothing', async () => {
    const { id } = await define(shell.db, 'execute: true');
    expect(await submit({ env: 'A=1' })).toEqual(errors({ job: 'Choose a job.' }));
    expect(await submit({ job: id, env: 'A=1\nFOO\n2B=x' })).toEqual(
      errors({
        env: expect.stringMatching(/"FOO" is not an environment pair.*"2B" is not a valid name/),
      }),
    );
    expect(await submit({ job: 'x', env: 'FOO', channel: 'C02ALERTS' })).toEqual(
      errors({
        job: 'Choose a job.',
        env: expect.stringContaining('FOO'),
        channel: 'Kuroko may not be used in that channel.',
      }),
    );
    expect(await runsOf(id)).toEqual([]);
  });

  it('is authorised again: who has become a guest meanwhile launches nothing', async () => {
    const { id } = await define(shell.db, 'execute: true');
    const guest = { id: 'U09GUEST', team_id: slack.teamId, is_restricted: true };
    shell.proxy.otherwise = (method, args) =>
      method === 'users.info' && args.get('user') === 'U09GUEST'
        ? { body: { ok: true, user: guest } }
        : undefined;
    expect(await submit({ job: id }, { as: 'U09GUEST' })).toEqual(
      errors({ job: expect.stringContaining('Guests cannot use Kuroko') }),
    );
    shell.proxy.otherwise = () => undefined;
    expect(await submit({ job: id }, { from: 'C02ALERTS' })).toEqual(
      errors({ job: expect.stringContaining('may not be used in this channel') }),
    );
    expect(await runsOf(id)).toEqual([]);
  });

  it('says so when its job is gone, and never takes another of that name for it', async () => {
    const { id } = await define(shell.db, 'execute: true', { name: 'gone' });
    const { id: other } = await define(shell.db, 'execute: true', { name: String(id) });
    await shell.db.query('update definitions set deleted_at = now() where id = $1', [id]);
    expect(await submit({ job: id })).toEqual(errors({ job: `There is no job ${id} any more.` }));
    expect(await runsOf(other)).toEqual([]);
  });

  it('closes in time although the launch is slow, and tells the outcome afterwards', async () => {
    const { id } = await define(shell.db, 'execute: true', { slackChannel: '#alerts' });
    const letGo = await holdLaunches(shell.db, id);
    // It cannot go on before: whatever answers did not wait for it.
    expect(await submit({ job: id })).toBeNull();
    expect(await runsOf(id)).toEqual([]);
    const answer = await shell.answerTo('alice', letGo);
    expect(answer.text).toContain('Its message is in #alerts');
    expect(await runsOf(id)).toHaveLength(1);
  });
});

describe('a script for one run', () => {
  const original = 'env: API_TOKEN=hunter2-hunter2\nexecute: |\n  ./collect.sh\n  ./send.sh\n';

  /** The form as it is filled in for a job: what it shows, and what it remembers. */
  async function form(id: number, as: 'alice' | 'ben' = 'alice') {
    const card = await shell.answerTo(as, () => slack.command(`show ${id}`, { as }));
    return filled(() => slack.press(card, 'launch_form', { as }));
  }

  /** The form that this fills in. */
  async function filled(deed: () => Promise<unknown>) {
    const before = (await slack.calls('views.update')).length;
    await deed();
    const update = await until('the form', async () => (await slack.calls('views.update'))[before]);
    const text =
      typeof update['view'] === 'string' ? update['view'] : JSON.stringify(update['view']);
    const view = JSON.parse(text) as {
      private_metadata: string;
      blocks: {
        block_id?: string;
        element?: {
          initial_value?: string;
          initial_conversation?: string;
          initial_option?: { value: string };
        };
      }[];
    };
    const fieldOf = (name: string) =>
      view.blocks.find(({ block_id }) => block_id?.replace(/_\d+$/, '') === name);
    const field = fieldOf('script');
    return {
      view: String(update['view_id']),
      job: fieldOf('job')?.element?.initial_option?.value,
      env: fieldOf('env')?.element?.initial_value ?? '',
      channel: fieldOf('channel')?.element?.initial_conversation,
      field,
      script: field?.element?.initial_value ?? '',
      block: field?.block_id ?? '',
      from: view.private_metadata,
    };
  }

  const lastRun = async (id: number) => {
    const [row] = await runsOf(id);
    return readRun(shell.db, row?.id ?? 0);
  };

  it('is shown without secrets, and launches the job as it is when it is left alone', async () => {
    const { id } = await define(shell.db, original);
    const { script, from } = await form(id);
    expect(script).toBe(original.replace('hunter2-hunter2', '***'));
    expect(await submit({ job: id, script: script.trim() }, { from })).toBeNull();
    const run = await lastRun(id);
    expect(run?.instance).toMatchObject({ script: original, scriptChanged: false });
    expect(await submit({ job: id }, { from })).toBeNull();
    expect((await lastRun(id))?.instance.scriptChanged).toBe(false);
  });

  it('that was changed runs once, with its secrets, is audited, and shown as such', async () => {
    const { id } = await define(shell.db, original, { slackChannel: '#general' });
    const { script, from } = await form(id);
    const edited = script.replace('  ./collect.sh\n', '  ./collect.sh --again\n');
    expect(await submit({ job: id, script: edited }, { from })).toBeNull();
    const run = await lastRun(id);
    expect(run?.instance).toMatchObject({
      script: original.replace('collect.sh', 'collect.sh --again'),
      scriptChanged: true,
      status: 'working',
    });
    expect(run?.definition.script).toBe(original);
    const launched = run?.audit.find(({ action }) => action === 'launch');
    expect(launched).toMatchObject({
      actorName: 'alice',
      after: { script: edited.trimEnd() + '\n' },
    });
    const logs = await shell.db.query<{ message: string }>(
      'select message from logs where instance_id = $1 order by id limit 2',
      [run?.instance.id],
    );
    expect(logs.map(({ message }) => message)).toEqual([
      'Launched by alice',
      'The script was changed for this run.',
    ]);
  });

  it('with mistakes, or without the secret that it was shown without, is refused at its field', async () => {
    const { id } = await define(shell.db, original);
    const { script, from } = await form(id);
    const wrong = await submit({ job: id, script: `${script}execut: ls` }, { from });
    expect(wrong).toEqual(
      errors({ script: expect.stringMatching(/line 5.*Did you mean `execute`/) }),
    );
    const lost = script.replace('env: API_TOKEN=***', 'env: API_TOKEN=*** B=1');
    expect(await submit({ job: id, script: lost }, { from })).toEqual(
      errors({ script: expect.stringContaining('(line 1) `***` stands for a secret') }),
    );
    const gone = await submit({ job: id, script: `${script}sub_process: 999999` }, { from });
    expect(gone).toEqual(errors({ script: '(line 5) Given Job Definition ID not found: 999999' }));
    const { id: other } = await define(shell.db, 'noop:');
    expect(await submit({ job: other, script: `${script}noop:` }, { from })).toEqual(
      errors({ script: expect.stringContaining(`This was the script of job ${id}`) }),
    );
    expect([await runsOf(id), await runsOf(other)]).toEqual([[], []]);
    // What was shown of another is none of the other's.
    expect(await submit({ job: other, script }, { from })).toBeNull();
    expect((await lastRun(other))?.instance).toMatchObject({
      script: 'noop:',
      scriptChanged: false,
    });
  });

  it('deserves a second look: it runs, and that is said', async () => {
    const { id } = await define(shell.db, original);
    const { from } = await form(id);
    const script = 'queue: nobodys\nexecute: echo $#';
    const answer = await shell.answerTo('alice', () => submit({ job: id, script }, { from }));
    expect(answer.text).toContain('Launched. The script deserves a second look');
    expect(JSON.stringify(answer.blocks)).toContain('No worker serves the queue nobodys');
    expect((await lastRun(id))?.instance.script).toBe(script);
  });

  it('is for those who may edit the job', async () => {
    const { id } = await define(shell.db, original);
    const { field, from } = await form(id, 'ben');
    expect(field).toBeUndefined();
    const refused = await submit({ job: id, script: 'execute: id' }, { from, as: 'U02BEN' });
    expect(refused).toEqual(errors({ job: expect.stringContaining('Only admins of') }));
    expect(await runsOf(id)).toEqual([]);
    expect(await submit({ job: id }, { from, as: 'U02BEN' })).toBeNull();
    expect(await runsOf(id)).toHaveLength(1);
  });

  it('follows the job that is chosen, and what was typed beside it stays', async () => {
    const [one, other] = [await define(shell.db, original), await define(shell.db, 'noop: b')];
    const opened = await form(one.id);
    const typed = { job: other.id, env: 'A=1\nB=2', channel: 'C02ALERTS' };
    const now = await filled(() => choose({ ...typed, script: opened.script }, opened));
    expect(now).toMatchObject({
      view: opened.view,
      job: String(other.id),
      env: typed.env,
      channel: typed.channel,
      script: 'noop: b',
    });
    // Slack keeps what stands in a block that has the same name.
    expect(now.block).not.toBe(opened.block);
    const { from, block } = now;
    expect(await submit({ job: other.id, script: 'execut: ls' }, { from, block })).toEqual(
      errors({ [block]: expect.stringContaining('Did you mean `execute`') }),
    );
    expect(await submit({ job: other.id, script: 'noop: c' }, { from, block })).toBeNull();
    expect((await lastRun(other.id))?.instance).toMatchObject({ script: 'noop: c' });
    const back = await filled(() => choose({ job: one.id, script: now.script }, now));
    expect([back.script, back.block]).toEqual([opened.script, opened.block]);
  });

  it('that was typed is lost by no choice of another job', async () => {
    const [one, other] = [await define(shell.db, original), await define(shell.db, 'noop: b')];
    const opened = await form(one.id);
    const script = `${opened.script}noop: typed`;
    const now = await filled(() => choose({ job: other.id, script }, opened));
    expect([now.job, now.script, now.block]).toEqual([String(other.id), script, opened.block]);
    expect(await submit({ job: other.id, script }, now)).toEqual(
      errors({ [now.block]: expect.stringContaining(`This was the script of job ${one.id}`) }),
    );
    const cleared = await filled(() => choose({ job: other.id, script: '' }, now));
    expect(cleared.script).toBe('noop: b');
    const ownWords = await filled(() =>
      choose({ job: other.id, script: 'noop: mine' }, { view: now.view, from: 'C01GENERAL' }),
    );
    expect(ownWords.script).toBe('noop: mine');
    expect(await submit({ job: other.id, script: 'noop: mine' }, ownWords)).toBeNull();
    expect((await lastRun(other.id))?.instance.script).toBe('noop: mine');
  });

  it('is not shown to whoever chooses a job that he may not edit', async () => {
    const { id } = await define(shell.db, original);
    const opened = await form(id, 'ben');
    const now = await filled(() => choose({ job: id }, { ...opened, as: 'U02BEN' }));
    expect([now.job, now.field]).toEqual([String(id), undefined]);
  });

  it('that no form can hold is left to the command line', async () => {
    const { id } = await define(shell.db, `execute: ${'x'.repeat(3_000)}`);
    const before = (await slack.calls('views.update')).length;
    const { field } = await form(id);
    expect(field).toBeUndefined();
    const call = (await slack.calls('views.update'))[before];
    expect(JSON.stringify(call)).toContain('too long to be changed here');
  });
});
