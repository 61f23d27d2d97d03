import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlackApp } from '../../src/slack/app.ts';
import { auditOf } from '../../src/store/audit.ts';
import { listInstances } from '../../src/store/instances.ts';
import { readRun } from '../../src/store/run.ts';
import { handWorker, type HandWorker } from '../support/hand-worker.ts';
import { define, facts, launchOne } from '../support/operations.ts';
import {
  buttons,
  callSlack,
  configFor,
  shown,
  startSlackShell,
  type SlackShell,
} from '../support/slack-shell.ts';
import { until } from '../support/until.ts';

let shell: SlackShell;
let worker: HandWorker;
beforeAll(async () => {
  shell = await startSlackShell();
  worker = await handWorker(shell.db);
});
afterAll(() => shell.stop());

/** Launched, and its first command has failed. */
async function failedRun(definitionId: number): Promise<number> {
  const { instanceId } = await launchOne(shell.db, definitionId);
  const claim = await worker.claim();
  expect(claim.instanceId).toBe(instanceId);
  await worker.end(claim, 3, 'no such table\n');
  return instanceId;
}

const newest = async (definitionId: number) =>
  (await listInstances(shell.db, { definitionId, limit: 1 }))[0];

describe('/kuroko', () => {
  it('alone says what it understands, with buttons', async () => {
    const help = await shell.ask('');
    expect(shown(help)).toContain('`/kuroko launch [job] [KEY=VALUE …]` launch a job');
    expect(buttons(help)).toEqual(['Launch…', 'List jobs', 'What runs now', 'Workers']);
    expect(shown(await shell.ask('help'))).toBe(shown(help));
  });

  it.each([
    ['frobnicate', 'I do not know `frobnicate`. `/kuroko help` says what I know.'],
    ['lanch x', 'I do not know `lanch`. Did you mean `/kuroko launch`?'],
    ['&lt;!channel&gt;', 'I do not know `&lt;!channel&gt;`.'],
    ['show', 'Say which job: `show 12`'],
    ['show no-such-job', 'There is no job "no-such-job". Say list to see those there are.'],
    ['show 999', 'There is no job "999". Say list to see those there are.'],
    ['launch no-such-job', 'There is no job "no-such-job". Say list to see those there are.'],
    ['status 999', 'There is no run #999.'],
    ['logs 999', 'There is no run #999.'],
    ['logs 999 --full', 'There is no run #999.'],
    ['logs', 'Say which run: `/kuroko logs 12`'],
    ['retry', 'Say which run: `/kuroko retry 12`'],
    ['retry 999', 'There is no run #999.'],
    ['skip 999', 'There is no run #999.'],
    ['cancel 999', 'There is no run #999.'],
    ['terminate 999', 'There is no run #999.'],
    ['retry soon', 'After `retry` comes the number of a run: `retry 12`.'],
    ['status 9007199254740993000', 'After `status` comes the number of a run'],
  ])('%j is answered: %s', async (text, answer) => {
    expect((await shell.ask(text)).text).toContain(answer);
  });

  it('suggests jobs of a similar name', async () => {
    await define(shell.db, 'execute: true', { name: 'weekly-digest' });
    expect((await shell.ask('show digest')).text).toContain('Did you mean "weekly-digest"?');
  });
});

describe('/kuroko launch', () => {
  it('launches by id, by name and by a name in quotes, and leaves the word to its message', async () => {
    const { id } = await define(shell.db, 'execute: true', { name: 'two words' });
    const before = (await shell.answers()).length;
    await shell.slack.command(`launch ${id}`);
    await until('a run', () => newest(id));
    await shell.slack.command('launch “two words” A=1 B="x y"');
    const launched = await until('two runs', async () => {
      const runs = await listInstances(shell.db, { definitionId: id, limit: 3 });
      return runs.length === 2 && runs;
    });
    const [second, first] = await Promise.all(
      launched.map(({ id: run }) => readRun(shell.db, run)),
    );
    expect(first?.instance).toMatchObject({
      env: {},
      launchedBy: 'alice',
      launchedFrom: 'slack',
      launchedBySlackUser: 'U01ALICE',
      launchChannel: 'C01GENERAL',
    });
    expect(second?.instance.env).toEqual({ A: '1', B: 'x y' });
    expect(await shell.answers()).toHaveLength(before);
    for (const _ of launched) await worker.end(await worker.claim(), 0);
  });

  it.each([
    ['FOO', '"FOO" is not an environment pair: write NAME=value.'],
    ['1A=x', '"1A" is not a valid name of an environment variable'],
    ['A=1 =x', '"" is not a valid name of an environment variable'],
    ['A=1 two words', '"two" is not an environment pair'],
    ['report A=1', 'A name with spaces goes in quotes: launch'],
  ])('refuses %j for an environment, and launches nothing', async (pairs, problem) => {
    const { id } = await define(shell.db, 'execute: true');
    const answer = await shell.ask(`launch ${id} ${pairs}`);
    expect(shown(answer)).toContain(problem.replaceAll('"', '\\"'));
    expect(await newest(id)).toBeUndefined();
  });

  it('asks which one when several have that name, and repeats the verb for the one chosen', async () => {
    const jobs = [];
    for (let count = 0; count < 6; count += 1) {
      jobs.push(await define(shell.db, 'execute: true', { name: 'twin' }));
    }
    const question = await shell.ask('launch twin');
    expect(question.text).toBe('6 jobs can be meant by "twin". Which one?');
    expect(buttons(question)).toEqual(['Launch', 'Launch', 'Launch', 'Launch', 'Launch']);
    const id = jobs[0]?.id ?? 0;
    await shell.slack.press(question, 'Launch');
    await until('a run', () => newest(id));
    await worker.end(await worker.claim(), 0);
    const card = await shell.ask('show twin');
    expect(buttons(card)).toEqual(['Show', 'Show', 'Show', 'Show', 'Show']);
    const chosen = await shell.answerTo('alice', () => shell.slack.press(card, 'Show'));
    expect(chosen.text).toBe(`twin (job ${id})`);
  });

  it('does not offer to forget the values that came with an ambiguous name', async () => {
    const [one, other] = [
      await define(shell.db, 'execute: true', { name: 'double' }),
      await define(shell.db, 'execute: true', { name: 'double' }),
    ];
    const answer = await shell.ask('launch double A=1');
    expect(buttons(answer)).toEqual([]);
    expect(shown(answer)).toContain(`${one.id} double`);
    expect(shown(answer)).toContain(`${other.id} double`);
  });

  it('says where the run is told of when that is another channel', async () => {
    const { id } = await define(shell.db, 'execute: true', { slackChannel: '#alerts' });
    const answer = await shell.ask(`launch ${id}`);
    expect(answer.text).toMatch(
      /^Launched nightly-report as <http.*#\d+>. Its message is in #alerts/,
    );
    await worker.end(await worker.claim(), 0);
    const before = (await shell.answers('alerts')).length;
    await shell.slack.command(`launch ${id}`, { in: 'alerts' });
    await worker.end(await until('a command', () => worker.claim().catch(() => null)), 0);
    expect(await shell.answers('alerts')).toHaveLength(before);
  });

  it('says so when the job reports problems only', async () => {
    const { id } = await define(shell.db, 'execute: true', { notifyAllEvents: false });
    expect((await shell.ask(`launch ${id}`)).text).toContain('reports problems only');
    await worker.end(await worker.claim(), 0);
  });

  it('says what is in the way of a launch that nothing else tells of', async () => {
    const { id } = await define(shell.db, 'execute: true', {
      preventMulti: 'working',
      notifyCancellation: false,
    });
    const { instanceId } = await launchOne(shell.db, id);
    const answer = await shell.ask(`launch ${id}`);
    expect(answer.text).toMatch(new RegExp(`was not launched: <.*#${instanceId}> is in the way`));
    expect(await newest(id)).toMatchObject({ status: 'canceled' });
    await worker.end(await worker.claim(), 0);
  });

  it('launches once however often Slack delivers the same command', async () => {
    const { id } = await define(shell.db, 'execute: true', { slackChannel: '#alerts' });
    // The local Slack sends to every connection: a second one hears all that the first hears.
    const second = createSlackApp({
      config: configFor(shell.slack, shell.proxy),
      db: shell.db,
      facts,
      log: pino({ level: 'silent' }),
    });
    await second.start();
    try {
      const before = (await shell.answers()).length;
      await shell.slack.command(`launch ${id}`);
      await until('two answers', async () => (await shell.answers()).length === before + 2);
      expect(await listInstances(shell.db, { definitionId: id, limit: 9 })).toHaveLength(1);
    } finally {
      await second.stop();
    }
    await worker.end(await worker.claim(), 0);
  });
});

describe('reading', () => {
  it('list gives pages of ten that turn in place', async () => {
    for (let count = 1; count <= 12; count += 1) {
      await define(shell.db, 'execute: true', { name: `paged-${count}`, tags: ['paged'] });
    }
    const first = await shell.ask('list tag:paged');
    expect(first.text).toBe('12 jobs for "tag:paged" · page 1 of 2');
    expect(buttons(first)).toContain('Next →');
    await shell.slack.press(first, 'Next →');
    const second = await until('the second page', async () =>
      (await shell.slack.messages()).find(
        ({ ts, text }) => ts === first.ts && text?.includes('page 2 of 2'),
      ),
    );
    expect(shown(second)).toContain('paged-12');
    expect(buttons(second)).toContain('← Previous');
    expect((await shell.ask('list tag:paged paged-7')).text).toBe('1 job for "tag:paged paged-7"');
    expect((await shell.ask('list no-such-word')).text).toBe('No job matches "no-such-word".');
  });

  it('list finds words of a script, and no part of a secret in it', async () => {
    const script = 'env: API_KEY=Xyzzy-4711\nexecute: ./reconcile --key Xyzzy-4711';
    await define(shell.db, script, { name: 'ledger' });
    expect(shown(await shell.ask('list RECONCILE'))).toContain('ledger');
    expect((await shell.ask('list reconcile ledg')).text).toBe('1 job for "reconcile ledg"');
    for (const part of ['xyzzy', 'Xyzzy-4711', 'API_KEY=x']) {
      expect((await shell.ask(`list ${part}`)).text).toBe(`No job matches "${part}".`);
      // Nor is it told whose name was not meant.
      expect((await shell.ask(`show ${part}`)).text).toBe(
        `There is no job "${part}". Say list to see those there are.`,
      );
    }
  });

  it('list mine, error and working are what they say', async () => {
    const { id } = await define(shell.db, 'execute: false', { name: 'breaks', tags: ['sorted'] });
    await define(shell.db, 'execute: true', { name: 'never-ran', tags: ['sorted'] });
    await failedRun(id);
    expect(shown(await shell.ask('list tag:sorted error'))).toContain('breaks');
    expect((await shell.ask('list tag:sorted working')).text).toMatch(/^No job matches/);
    expect((await shell.ask('list tag:sorted mine')).text).toMatch(/^No job matches/);
    await shell.db.query(
      `insert into users (name, slack_user_id) values ('ben', 'U02BEN') on conflict do nothing`,
    );
    await shell.db.query(
      `insert into definition_admins select $1, id from users where slack_user_id = 'U02BEN'`,
      [id],
    );
    expect(shown(await shell.ask('list tag:sorted mine', { as: 'ben' }))).toContain('breaks');
  });

  it('show gives the card of a job, and its buttons work', async () => {
    const { id } = await define(shell.db, 'execute: ./run.sh', {
      name: 'carded',
      description: 'Does <!channel> things.',
    });
    const card = await shell.ask('show carded');
    expect(shown(card)).toContain('execute: ./run.sh');
    expect(shown(card)).not.toContain('<!channel>');
    expect(shown(await shell.ask(`show #${id}`))).toBe(shown(card));
    await shell.slack.press(card, 'Launch');
    await until('a run', () => newest(id));
    await worker.end(await worker.claim(), 0);
  });

  it('status says what runs and what waits for somebody, and one run in full', async () => {
    const { id } = await define(shell.db, 'execute: ./long.sh', { name: 'runs-now' });
    const { instanceId } = await launchOne(shell.db, id, { env: { SECRET_A: 'hidden' } });
    const list = await shell.ask('status');
    expect(list.text).toMatch(/\d+ running/);
    expect(shown(list)).toContain('runs-now');
    const full = await shell.ask(`status ${instanceId}`);
    expect(shown(full)).toContain('./long.sh');
    expect(shown(full)).not.toContain('hidden');
    expect(shown(await shell.ask('working'))).toContain('runs-now');
    await worker.end(await worker.claim(), 0);
    expect((await shell.ask(`status ${instanceId}`)).text).toContain('finished');
  });

  it('logs gives the tail, and with --full the whole as a file in the thread', async () => {
    const { id } = await define(shell.db, 'execute: ./wordy.sh', { name: 'wordy' });
    const { instanceId } = await launchOne(shell.db, id);
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
    await worker.end(await worker.claim(), 0, lines.join('\n'));
    const logs = await shell.ask(`logs ${instanceId}`);
    expect(shown(logs)).toContain('line 499');
    expect(shown(logs)).not.toContain('line 1\\n');
    expect((await shell.ask(`logs ${instanceId} --full`)).text).toContain('could not be posted');
    const message = await shell.postRun(instanceId);
    expect((await shell.ask(`logs ${instanceId} --full`)).text).toContain('is in the thread');
    const file = await shell.slack.waitForMessage(({ thread_ts: ts }) => ts === message.ts);
    const { files } = file as unknown as { files: { url_private: string }[] };
    const content = await fetch(files[0]?.url_private ?? '', {
      headers: { authorization: `Bearer ${shell.slack.botToken}` },
    });
    const text = await content.text();
    expect(text).toContain('$ ./wordy.sh\nline 0\n');
    expect(text).toContain('line 499');
  });
});

describe('operating on a run', () => {
  it('retry, skip, cancel and terminate by command take effect, and say so where it is not seen', async () => {
    const { id } = await define(shell.db, 'execute: false\nexecute: true', { name: 'operated' });
    const instanceId = await failedRun(id);
    expect((await shell.ask(`retry ${instanceId}`)).text).toMatch(/^Retried <.*operated #/);
    const again = await worker.claim();
    expect((await shell.ask(`terminate ${instanceId}`, { as: 'ben' })).text).toMatch(/^Stopping/);
    await worker.end(again, 1);
    expect((await shell.ask(`skip ${instanceId}`)).text).toMatch(/^Skipped the failed step/);
    const second = await worker.claim();
    expect((await shell.ask(`cancel ${instanceId}`)).text).toMatch(/^Cancelled/);
    await worker.end(second, 1);
    const deeds = await auditOf(shell.db, instanceId);
    expect(deeds.map(({ action, actorName, place }) => [action, actorName, place])).toEqual([
      ['launch', 'alice', 'C1'],
      ['retry', 'alice', 'C01GENERAL'],
      ['terminate', 'ben', 'C01GENERAL'],
      ['skip', 'alice', 'C01GENERAL'],
      ['cancel', 'alice', 'C01GENERAL'],
    ]);
  });

  it('a command that comes late is told who was first, and the message is brought up to date', async () => {
    const { id } = await define(shell.db, 'execute: false', { name: 'late' });
    const instanceId = await failedRun(id);
    await shell.ask(`retry ${instanceId}`, { as: 'ben' });
    const answer = await shell.ask(`retry ${instanceId}`);
    expect(answer.text).toMatch(
      /^Already retried by ben (just now|\d+ seconds? ago)\. Now: working\.$/,
    );
    const [refresh] = await shell.db.query(
      `select event from outbox where instance_id = $1 order by id desc limit 1`,
      [instanceId],
    );
    expect(refresh).toEqual({ event: 'refresh' });
    await worker.end(await worker.claim(), 0);
  });

  it('the number can be left out in the thread of a run', async () => {
    const { id } = await define(shell.db, 'execute: false', { name: 'threaded' });
    const instanceId = await failedRun(id);
    const message = await shell.postRun(instanceId);
    const status = await shell.answerTo('ben', () =>
      shell.slack.say('@kuroko status', { as: 'ben', thread: message.ts }),
    );
    expect(status).toMatchObject({ thread_ts: message.ts });
    expect(status.text).toContain('threaded');
    const before = (await shell.answers()).length;
    await shell.slack.say('hey @kuroko: retry', { as: 'ben', thread: message.ts });
    const claim = await until('a second try', () => worker.claim().catch(() => null));
    expect(claim.instanceId).toBe(instanceId);
    await worker.end(claim, 0);
    expect(await shell.answers()).toHaveLength(before);
    const elsewhere = await shell.answerTo('ben', () =>
      shell.slack.say('@kuroko retry', { as: 'ben' }),
    );
    expect(elsewhere.text).toContain('Say which run');
  });
});

describe('a click', () => {
  it('of twenty at once takes effect once, and nineteen are told who was first', async () => {
    const { id } = await define(shell.db, 'execute: false', { name: 'clicked' });
    const instanceId = await failedRun(id);
    const message = await shell.postRun(instanceId);
    expect(buttons(message)).toEqual(['Retry', 'Skip', 'Cancel']);
    const before = (await shell.answers()).length;
    const names = ['alice', 'ben', 'carol'] as const;
    const as = Array.from({ length: 20 }, (_, index) => names[index % 3] ?? 'alice');
    await shell.slack.pressTogether(message, 'Retry', { as });
    const late = await until('nineteen answers', async () => {
      const since = (await shell.answers()).slice(before);
      return since.length === 19 && since;
    });
    for (const { text } of late) {
      expect(text).toMatch(/^Already retried by (alice|ben|carol) .*\. Now: working\.$/);
    }
    const retries = (await auditOf(shell.db, instanceId)).filter(
      ({ action }) => action === 'retry',
    );
    expect(retries).toHaveLength(1);
    const claim = await worker.claim();
    await expect(worker.claim()).rejects.toThrow('nothing to claim');
    await worker.end(claim, 0);
  });

  it('on a stale message is answered with what holds now', async () => {
    const { id } = await define(shell.db, 'execute: false', { name: 'stale' });
    const instanceId = await failedRun(id);
    const message = await shell.postRun(instanceId);
    await shell.ask(`cancel ${instanceId}`, { as: 'ben' });
    for (const [button, confirm] of [
      ['Retry', false],
      ['Skip', true],
      ['Cancel', true],
    ] as const) {
      const answer = await shell.answerTo('alice', () =>
        shell.slack.press(message, button, { confirm }),
      );
      expect(answer.text).toMatch(/^Already cancelled by ben .* Now: cancelled\.$/);
    }
  });

  it('skips, cancels and terminates, each after a question', async () => {
    const { id } = await define(shell.db, 'execute: false\nexecute: true', { name: 'buttoned' });
    const skipped = await failedRun(id);
    await shell.slack.press(await shell.postRun(skipped), 'Skip', { confirm: true });
    const second = await until('the next step', () => worker.claim().catch(() => null));
    const running = await shell.postRun(skipped);
    expect(buttons(running)).toEqual(['Terminate', 'Cancel', 'Logs']);
    await shell.slack.press(running, 'Terminate', { confirm: true });
    const stopped = async () => {
      const deeds = await auditOf(shell.db, skipped);
      return deeds.some(({ action }) => action === 'terminate');
    };
    await until('a wish to stop', stopped);
    await worker.end(second, 1);
    await shell.slack.press(await shell.postRun(skipped), 'Cancel', { confirm: true });
    await until('the end', async () => (await newest(id))?.status === 'canceled');
  });

  it('skips one of several steps that wait, once, and whoever comes later is told', async () => {
    const script = 'fork:\n  sleep: 3600\n  sleep: 7200';
    const { id } = await define(shell.db, script, { name: 'waits-twice' });
    const { instanceId } = await launchOne(shell.db, id);
    const message = await shell.postRun(instanceId);
    expect(buttons(message)).toEqual(['Skip', 'Skip', 'Cancel', 'Logs']);
    await shell.slack.press(message, 'Skip', { confirm: true });
    const left = async () => buttons(await shell.postRun(instanceId));
    await until('one step to be left', async () => (await left()).join() === 'Skip,Cancel,Logs');
    const late = await shell.answerTo('ben', () =>
      shell.slack.press(message, 'Skip', { as: 'ben', confirm: true }),
    );
    expect(late.text).toMatch(/^Already skipped by alice .*\. Now: working\.$/);
    await shell.slack.press(await shell.postRun(instanceId), 'Skip', { confirm: true });
    await until('the end', async () => (await newest(id))?.status === 'success');
  });

  it('of a button that is not known, or whose value was made up, harms nothing', async () => {
    const { id } = await define(shell.db, 'execute: false', { name: 'forged' });
    const message = await shell.postRun(await failedRun(id));
    for (const action of [
      { action_id: 'gone_since', value: 'none' },
      { action_id: 'retry', value: 'token:1:2:3:4' },
      { action_id: 'retry', value: 'definition:1' },
      { action_id: 'launch', value: undefined },
      { action_id: 'toString', value: 'none' },
    ]) {
      const answer = await shell.answerTo('alice', () =>
        fetch(`${shell.slack.controlUrl}/interact`, {
          method: 'POST',
          body: JSON.stringify({
            channel: message.channel,
            messageTs: message.ts,
            user: 'U01ALICE',
            action: { type: 'button', block_id: 'b', ...action },
          }),
        }),
      );
      expect(answer.text).toContain('This button is not known any more');
    }
    expect(await newest(id)).toMatchObject({ status: 'error' });
  });
});

describe('a direct message', () => {
  it('says the same, and is answered where it was said', async () => {
    const { slack } = shell;
    const opened = await callSlack(slack, 'conversations.open', { users: 'U03CAROL' });
    const { channel } = opened as { channel: { id: string } };
    const post = (text: string) =>
      fetch(`${slack.controlUrl}/message`, {
        method: 'POST',
        body: JSON.stringify({ channel: channel.id, user: 'U03CAROL', text }),
      });
    await post('list no-such-word');
    await slack.waitForMessage(({ text }) => text === 'No job matches "no-such-word".', {
      in: channel.id,
    });
    await post(`<@${slack.botUserId}> retry soon`);
    await slack.waitForMessage(({ text }) => text?.startsWith('After `retry`') ?? false, {
      in: channel.id,
    });
    const answers = (await slack.messages(channel.id)).filter(({ bot_id: bot }) => bot);
    expect(answers).toHaveLength(2);
    await post('launch');
    const form = await slack.waitForMessage((message) => buttons(message).includes('Launch…'), {
      in: channel.id,
    });
    expect(form.text).toContain('Say which job');
  });
});
