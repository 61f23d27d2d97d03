import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { refuseRestart } from '../../src/operations/restart-executor.ts';
import { listWorkers } from '../../src/store/worker-list.ts';
import { handWorker, type HandWorker } from '../support/hand-worker.ts';
import { define, launchOne } from '../support/operations.ts';
import {
  buttons,
  callSlack,
  shown,
  startSlackShell,
  type SlackShell,
} from '../support/slack-shell.ts';
import { until } from '../support/until.ts';

const host = 'host-of-the-test';

let shell: SlackShell;
let worker: HandWorker;
beforeAll(async () => {
  shell = await startSlackShell({ policy: { operators: ['U01ALICE'] } });
  worker = await handWorker(shell.db);
});
afterAll(() => shell.stop());

/** What everybody sees: the newest message in a channel that is neither private nor a person's. */
const announced = (words: string | RegExp, channel?: string) =>
  shell.slack.waitForMessage(
    ({ text, ephemeral_to: to, bot_id: bot }) =>
      to === undefined && bot !== undefined && new RegExp(words).test(text ?? ''),
    channel === undefined ? {} : { in: channel },
  );

const audited = (action: string) =>
  shell.db.query<{ actorName: string; outcome: string; place: string }>(
    'select actor_name, outcome, place from audit where action = $1 order by id',
    [action],
  );

describe('/kuroko workers', () => {
  it('shows what runs where, and the means to see to it to operators only', async () => {
    const { id } = await define(shell.db, 'execute: ./report.sh', { name: 'nightly-report' });
    const { instanceId } = await launchOne(shell.db, id);
    const claim = await worker.claim();
    const mine = await shell.ask('workers');
    expect(mine.text).toBe('1 of 1 worker busy');
    expect(shown(mine)).toContain(`nightly-report #${instanceId}`);
    expect(shown(mine)).toContain('`./report.sh` since');
    expect(buttons(mine)).toContain('Drain');
    const bens = await shell.ask('workers', { as: 'ben' });
    expect(shown(bens)).toContain('./report.sh');
    expect(buttons(bens)).toEqual([]);
    expect(shown(bens)).not.toContain('see_to_worker');
    await worker.end(claim, 0);
    expect((await shell.ask('workers')).text).toBe('0 of 1 worker busy');
  });

  it('suspends and resumes by the menu: all are told who did it, and the list shows it', async () => {
    const { id } = await define(shell.db, 'execute: true');
    const list = await shell.ask('workers');
    await shell.slack.choose(list, 'see_to_worker', 'Suspend worker 1');
    await announced(`Worker 1 of .${host}. .* was suspended by <@U01ALICE>`);
    const suspended = await until('the list to show it', async () =>
      (await shell.slack.messages()).find(
        (message) => message.ts === list.ts && shown(message).includes('⏸️ 1 (alice) suspended'),
      ),
    );
    await launchOne(shell.db, id);
    await expect(worker.claim()).rejects.toThrow('nothing to claim');
    expect(shown(await shell.ask('executions'))).toContain('all its workers are suspended');
    await shell.slack.choose(suspended, 'see_to_worker', 'Resume worker 1');
    await announced('Worker 1 .* was resumed by <@U01ALICE>');
    await worker.end(await worker.claim(), 0);
    expect(await audited('suspend_worker')).toEqual([
      { actorName: 'alice', outcome: 'done', place: 'C01GENERAL' },
    ]);
  });

  it('drains after a question, and undrains', async () => {
    const list = await shell.ask('workers');
    await shell.slack.press(list, 'Drain', { confirm: true });
    await announced('is drained by <@U01ALICE>: it takes nothing new; nothing runs there');
    const draining = await until('the list to show it', async () =>
      (await shell.slack.messages()).find(
        (message) => message.ts === list.ts && buttons(message).includes('Undrain'),
      ),
    );
    expect(shown(draining)).toContain('draining since');
    // Whoever still sees the button comes late.
    const late = await shell.answerTo('alice', () =>
      shell.slack.press(list, 'Drain', { confirm: true }),
    );
    expect(late.text).toMatch(/is being drained already by alice/);
    await shell.slack.press(draining, 'Undrain');
    await announced('takes work again, says <@U01ALICE>');
  });

  it('does the same when it is typed, in a mention too', async () => {
    await shell.slack.command(`workers suspend ${host} 1`, { in: 'alerts' });
    await announced('Worker 1 .* was suspended by <@U01ALICE>', 'alerts');
    const late = await shell.ask(`workers suspend ${host}:@default 1`);
    expect(late.text).toMatch(/was suspended already by alice/);
    await shell.slack.say(`@kuroko workers resume ${host} 1`, { in: 'alerts' });
    await announced('Worker 1 .* was resumed by <@U01ALICE>', 'alerts');
    await shell.slack.command(`workers drain ${host}`, { in: 'alerts' });
    await announced('is drained by', 'alerts');
    await shell.slack.command(`workers undrain ${host}`, { in: 'alerts' });
    await announced('takes work again', 'alerts');
  });

  it.each([
    ['workers drain nowhere', /There is no executor on a host nowhere. There is host-of-the-test/],
    [`workers drain ${host}:batch`, /There is no executor of the queue batch on a host/],
    [`workers suspend ${host} 9`, /has no worker 9/],
    ['workers stop', /Say `workers`, `workers suspend HOST NUMBER`/],
  ])('%j is answered with what is there', async (text, answer) => {
    expect((await shell.ask(text)).text).toMatch(answer);
  });

  it('refuses whoever is no operator, however he asks', async () => {
    const list = await shell.ask('workers');
    for (const act of [
      () => shell.slack.command(`workers suspend ${host} 1`, { as: 'ben' }),
      () => shell.slack.command(`workers drain ${host}`, { as: 'ben' }),
      () => shell.slack.choose(list, 'see_to_worker', 'Suspend worker 1', { as: 'ben' }),
      () => shell.slack.press(list, 'Drain', { as: 'ben', confirm: true }),
    ]) {
      const answer = await shell.answerTo('ben', act);
      expect(answer.text).toBe('Only operators may do this.');
    }
    expect(await audited('administer')).toEqual(
      Array.from({ length: 4 }, () => ({
        actorName: 'ben',
        outcome: 'refused',
        place: 'C01GENERAL',
      })),
    );
    expect(shown(await shell.ask('workers'))).toContain('○ 1 free');
  });
});

describe('/kuroko executions', () => {
  it('shows what waits and why, and what runs; Status shows the run', async () => {
    const batch = await define(shell.db, 'queue: nobodys\nexecute: ./batch.sh', { name: 'waits' });
    const { id } = await define(shell.db, 'execute: ./long.sh', { name: 'runs' });
    const waiting = await launchOne(shell.db, batch.id);
    await launchOne(shell.db, id);
    const claim = await worker.claim();
    const list = await shell.ask('executions');
    expect(list.text).toBe('1 waits, 1 runs');
    expect(shown(list)).toMatch(
      /waits #\d+.*`.\/batch.sh`.*waits in `nobodys` .*no executor serves it/,
    );
    expect(shown(list)).toMatch(
      new RegExp(`runs #\\\\d+.*on .${host}., worker 1`.replaceAll('\\\\', '\\')),
    );
    const status = await shell.answerTo('alice', () => shell.slack.press(list, 'Status'));
    expect(shown(status)).toContain('./batch.sh');
    await worker.end(claim, 0);
    await shell.ask(`cancel ${waiting.instanceId}`);
    expect((await shell.ask('executions')).text).toBe('No command waits or runs now.');
  });
});

describe('/kuroko history', () => {
  it('shows what was run, of one job or of all, and goes back in time', async () => {
    const { id } = await define(shell.db, 'execute: ./old.sh', { name: 'often-run' });
    for (let count = 0; count < 12; count += 1) {
      await launchOne(shell.db, id);
      await worker.end(await worker.claim(), count === 11 ? 3 : 0);
    }
    const first = await shell.ask('history often-run');
    expect(first.text).toBe('What often-run has run');
    expect(shown(first)).toContain('returned 3');
    expect(buttons(first).filter((label) => label === 'Status')).toHaveLength(10);
    await shell.slack.press(first, 'Older →');
    const older = await until('the older ones', async () =>
      (await shell.slack.messages()).find(
        (message) => message.ts === first.ts && buttons(message).includes('← Newest'),
      ),
    );
    expect(buttons(older).filter((label) => label === 'Status')).toHaveLength(2);
    expect(shown(await shell.ask(`history ${id}`))).toBe(shown(first));
    expect(shown(await shell.ask('history'))).toContain('What has been run');
    expect((await shell.ask('history no-such-job')).text).toContain(
      'There is no job "no-such-job"',
    );
  });

  it('asks which job is meant, and shows the one that is chosen', async () => {
    const { id } = await define(shell.db, 'execute: true', { name: 'namesake' });
    await define(shell.db, 'execute: true', { name: 'namesake' });
    const question = await shell.ask('history namesake');
    expect(buttons(question)).toEqual(['History', 'History']);
    const answer = await shell.answerTo('alice', () => shell.slack.press(question, 'History'));
    expect(answer.text).toBe('No command of namesake has ended yet.');
    expect(id).toBeGreaterThan(0);
  });
});

describe('/kuroko restart', () => {
  /** As if its process had been started again. */
  const startAgain = async () => void (worker = await handWorker(shell.db));
  const wish = async () => {
    const [row] = await shell.db.query('select restart, restart_by from executors');
    return row;
  };

  it('lists what runs and hands it over: all are told who asked, and when it is back', async () => {
    const { id } = await define(shell.db, 'execute: ./long.sh', { name: 'goes-over' });
    await launchOne(shell.db, id);
    const claim = await worker.claim();
    const question = await shell.ask('restart');
    expect(shown(question)).toMatch(/goes-over #\d+.*`.\/long.sh` since/);
    expect(buttons(question)).toEqual(['Hand over', 'Wait', 'Stop']);
    await shell.slack.press(question, 'Hand over');
    await announced('<@U01ALICE> starts .* again with hand-over: 1 command goes on');
    await until('the buttons to go', async () =>
      (await shell.slack.messages()).find(
        (message) => message.ts === question.ts && buttons(message).length === 0,
      ),
    );
    expect(await wish()).toEqual({ restart: 'hand_over', restartBy: 'alice' });
    expect(shown(await shell.ask('workers'))).toContain(
      'restart with hand-over asked for by alice',
    );
    const late = await shell.answerTo('alice', () => shell.slack.press(question, 'Hand over'));
    expect(late.text).toMatch(/restart with hand-over asked for by alice .* already/);
    await startAgain();
    await announced('is back, as <@U01ALICE> asked: 1 command went over');
    expect(await wish()).toEqual({ restart: null, restartBy: null });
    const stale = await shell.answerTo('alice', () =>
      shell.slack.press(question, 'Stop', { confirm: true }),
    );
    expect(stale.text).toMatch(/has been started again since/);
    expect(await wish()).toEqual({ restart: null, restartBy: null });
    await worker.end(claim, 0);
  });

  it('asked for another way replaces the first; one that is refused is told of with the reason', async () => {
    const list = await shell.ask('workers');
    const question = await shell.answerTo('alice', () => shell.slack.press(list, 'Restart…'));
    await shell.slack.press(question, 'Wait');
    await announced('again when its commands have ended: nothing runs there');
    await shell.slack.press(question, 'Stop', { confirm: true });
    await announced(/<@U01ALICE> starts .* again\.$/);
    const [executor] = (await listWorkers(shell.db, { host, limit: 1 })).executors;
    if (!executor?.restart) throw new Error('there is no wish');
    // To wait was to take nothing new; that is over with the wish.
    expect(executor.drainingAt).toBeNull();
    const refused = { executorId: executor.id, wish: executor.restart, reason: 'PORT is taken.' };
    await inTransaction(shell.db, (tx) => refuseRestart(tx, refused));
    await announced(
      'goes on as it is, although <@U01ALICE> asked for a restart:\nPORT is taken\\.',
    );
    // Told once, although two wishes were made.
    const told = await shell.db.query(`select id from audit where action = 'tell_restart'`);
    expect(told).toHaveLength(2);
  });

  it('is for operators only, and of executors that are there', async () => {
    const question = await shell.ask('restart');
    expect((await shell.ask('restart', { as: 'ben' })).text).toBe('Only operators may do this.');
    const pressed = await shell.answerTo('ben', () =>
      shell.slack.press(question, 'Hand over', { as: 'ben' }),
    );
    expect(pressed.text).toBe('Only operators may do this.');
    expect((await shell.ask('restart nowhere')).text).toContain(
      'There is no executor on a host nowhere',
    );
    expect((await shell.ask(`restart ${host}:@default`)).text).toBe(question.text);
    expect(await wish()).toEqual({ restart: null, restartBy: null });
  });
});

it('shows no secret of a command, whether it waits, runs or has ended', async () => {
  const secret = 'geheim-hunter2';
  const script = `env: API_TOKEN=${secret}\nexecute: ./send.sh ${secret}`;
  const { id } = await define(shell.db, script, { name: 'secretive' });
  await launchOne(shell.db, id);
  const answers = [shown(await shell.ask('executions'))];
  const claim = await worker.claim();
  for (const verb of ['workers', 'executions', 'restart']) {
    answers.push(shown(await shell.ask(verb)));
  }
  await worker.end(claim, 0);
  answers.push(shown(await shell.ask('history secretive')));
  for (const answer of answers) {
    expect(answer).toContain('`./send.sh ***`');
    expect(answer).not.toContain(secret);
  }
});

it('answers in a direct message what would be told to a channel', async () => {
  const opened = await callSlack(shell.slack, 'conversations.open', { users: 'U01ALICE' });
  const { channel } = opened as { channel: { id: string } };
  const post = (text: string) =>
    fetch(`${shell.slack.controlUrl}/message`, {
      method: 'POST',
      body: JSON.stringify({ channel: channel.id, user: 'U01ALICE', text }),
    });
  await post(`workers drain ${host}`);
  await announced('is drained by', channel.id);
  await post(`workers undrain ${host}`);
  const undrained = await announced('takes work again', channel.id);
  expect(undrained).toMatchObject({ channel: channel.id });
});
