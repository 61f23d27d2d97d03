import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { cancel } from '../../src/operations/cancel.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { alarmUnstarted } from '../../src/operations/alarm-unstarted.ts';
import { completeEvidence } from '../../src/operations/complete-evidence.ts';
import { lose } from '../../src/operations/lose.ts';
import { launch } from '../../src/operations/launch.ts';
import { retry } from '../../src/operations/retry.ts';
import { skip } from '../../src/operations/skip.ts';
import { warnOfLateTokens } from '../../src/operations/warn-of-late-tokens.ts';
import type { Database } from '../../src/store/database.ts';
import type { DefinitionFields } from '../../src/store/definitions.ts';
import { insertRefresh } from '../../src/store/outbox.ts';
import { insertReminders } from '../../src/store/reminders.ts';
import type { Deliveries } from '../../src/workers/deliveries.ts';
import { labelsOf } from '../support/buttons-of.ts';
import { deliveryStage } from '../support/delivery-stage.ts';
import type { HandWorker } from '../support/hand-worker.ts';
import { define, facts, launchOne, member } from '../support/operations.ts';
import type { SlackStandIn, StandInMessage } from '../support/slack-stand-in.ts';
import { until } from '../support/until.ts';

const stage = deliveryStage();
let db: Database;
let slack: SlackStandIn;
let worker: HandWorker;
let deliveries: Deliveries;
beforeEach(() => {
  ({ db, slack, worker } = stage);
  deliveries = stage.notifier();
});

/** Delivers until nothing is open any more. */
async function settle(by: readonly Deliveries[] = [deliveries]): Promise<void> {
  await until('an empty outbox', async () => {
    await Promise.all(by.map((each) => each.take()));
    const [row] = await db.query<{ open: number }>(
      'select count(*) as open from outbox where delivered_at is null and dead_at is null',
    );
    return row?.open === 0;
  });
}

const reasons = async (): Promise<(string | null)[]> =>
  (await db.query<{ error: string | null }>('select error from outbox order by id')).map(
    ({ error }) => error,
  );

const job = (more: Partial<DefinitionFields> = {}) =>
  define(db, 'execute: ./report.sh\nexecute: ./send.sh\n', { slackChannel: '#alerts', ...more });

async function fail(output = 'no such table\n'): Promise<void> {
  await worker.end(await worker.claim(), 3, output);
}
async function succeed(): Promise<void> {
  await worker.end(await worker.claim(), 0);
}

const wish = (instanceId: number) => ({
  instanceId,
  actor: member('ben'),
  requestKey: randomUUID(),
});

const labels = (message: StandInMessage | undefined): string[] => labelsOf(message ?? {});
const words = (message: StandInMessage | undefined): string => JSON.stringify(message?.blocks);

describe('the message of a run', () => {
  it('is posted once and edited in place until the run is over', async () => {
    const { instanceId } = await launchOne(db, (await job()).id);
    await settle();
    expect(slack.messages).toMatchObject([{ channel: 'C0ALERTS', thread: null, edits: 0 }]);
    expect(slack.messages[0]?.text).toBe('▶️ nightly-report is running');
    expect(labels(slack.messages[0])).toEqual(['Cancel', 'Logs']);

    await succeed();
    await succeed();
    await settle();
    expect(slack.messages).toHaveLength(1);
    expect(slack.messages[0]).toMatchObject({ text: '✅ nightly-report finished', edits: 1 });
    expect(labels(slack.messages[0])).toEqual(['Logs']);
    expect(words(slack.messages[0])).toContain(`/instances/${instanceId}|#${instanceId}>`);
  });

  it('is not edited when nothing would change', async () => {
    const { instanceId } = await launchOne(db, (await job()).id);
    await settle();
    await insertRefresh(db, instanceId);
    await settle();
    expect(slack.taken('chat.update')).toHaveLength(0);

    await worker.claim();
    await insertRefresh(db, instanceId);
    await settle();
    expect(slack.taken('chat.update')).toHaveLength(1);
    expect(labels(slack.messages[0])).toEqual(['Terminate', 'Cancel', 'Logs']);
  });

  it('is a plain one: nothing in it is linked, looked up or unfolded', async () => {
    await launchOne(db, (await job({ name: '<!channel> @here &amp; `x`' })).id);
    await settle();
    expect(slack.messages[0]?.text).toBe('▶️ &lt;!channel&gt; @here &amp;amp; `x` is running');
    expect(slack.taken('chat.postMessage')[0]?.args).toMatchObject({
      parse: 'none',
      unfurl_links: 'false',
    });
    expect(slack.taken('chat.postMessage')[0]?.args).not.toHaveProperty('link_names');
  });

  it('goes to the channel of the job, else to the default, else to where it was launched', async () => {
    const general = stage.notifier({ defaultChannel: '#general' });
    const cases = [
      { by: general, slackChannel: '#alerts', channel: 'C0ALERTS' },
      { by: general, slackChannel: null, channel: 'C0GENERAL' },
      { by: deliveries, slackChannel: null, channel: 'C1' },
    ];
    slack.channel('#here', { id: 'C1', member: true });
    for (const { by, slackChannel, channel } of cases) {
      await launchOne(db, (await job({ slackChannel })).id);
      await settle([by]);
      expect(slack.messages.at(-1)?.channel).toBe(channel);
    }
  });

  it('goes nowhere when there is no channel', async () => {
    const { id } = await job({ slackChannel: null });
    const from = {
      definitionId: id,
      env: {},
      actor: { kind: 'api', id: 'c', name: 'client', scopes: ['launch'], tags: null },
      from: 'api',
      launchKey: 'k',
      channel: null,
    } as const;
    await inTransaction(db, (tx) => launch(tx, [from], facts));
    await fail();
    await settle();
    expect(slack.calls).toEqual([]);
    expect(await reasons()).toEqual([null, null]);
  });
});

describe('a failure', () => {
  it('edits the message and is told in its thread, in the channel as well', async () => {
    await launchOne(db, (await job({ failureText: 'Call <@U1>' })).id);
    await settle();
    await fail('reading\nno such table\n');
    await settle();
    const [run, failure] = slack.messages;
    expect(slack.messages).toHaveLength(2);
    expect(run?.text).toBe('❌ nightly-report failed and waits for you');
    expect(labels(run)).toEqual(['Retry', 'Skip', 'Cancel']);
    expect(failure).toMatchObject({ channel: 'C0ALERTS', thread: run?.ts, broadcast: true });
    expect(failure?.text).toBe(
      '❌ nightly-report failed at `execute: ./report.sh`\nExit status 3.',
    );
    expect(words(failure)).toContain('reading\\nno such table');
    expect(words(failure)).toContain('Call &lt;@U1&gt;');
    expect(labels(failure)).toEqual(['Retry', 'Skip', 'Cancel']);
  });

  it('says who retried it, without buttons, and what it had written', async () => {
    const { instanceId } = await launchOne(db, (await job()).id);
    await fail();
    await settle();
    await inTransaction(db, (tx) => retry(tx, wish(instanceId), facts));
    await settle();
    const [run, failure] = slack.messages;
    expect(slack.messages).toHaveLength(2);
    expect(words(failure)).toMatch(/Retried by <@UBEN> at <!date/);
    expect(words(failure)).toContain('no such table');
    expect(labels(failure)).toEqual([]);
    expect(run?.text).toBe('▶️ nightly-report is running');
    expect(words(run)).toMatch(/Retried by <@UBEN> at <!date/);
  });

  it('is told anew when the step fails again', async () => {
    const { instanceId } = await launchOne(db, (await job()).id);
    await fail('first\n');
    await settle();
    await inTransaction(db, (tx) => retry(tx, wish(instanceId), facts));
    await fail('second\n');
    await settle();
    const [, first, second] = slack.messages;
    expect(labels(first)).toEqual([]);
    expect(words(first)).toContain('first');
    expect(labels(second)).toEqual(['Retry', 'Skip', 'Cancel']);
    expect(words(second)).toContain('second');
    await inTransaction(db, (tx) => skip(tx, wish(instanceId), facts));
    await succeed();
    await settle();
    expect(words(second)).toMatch(/Skipped by <@UBEN>/);
    expect(slack.messages).toHaveLength(4);
    expect(slack.messages[3]?.text).toBe('✅ nightly-report is back to normal');
    expect(words(slack.messages[0])).toContain('⤼ execute: ./report.sh');
  });

  it('is told of a run that was to be told of only then', async () => {
    const { instanceId } = await launchOne(db, (await job({ notifyAllEvents: false })).id);
    await settle();
    expect(slack.calls).toEqual([]);
    await fail();
    await settle();
    expect(slack.messages).toMatchObject([
      { thread: null },
      { thread: slack.messages[0]?.ts, broadcast: true },
    ]);
    // What has a message is brought up to date, whatever the job wants to be told of.
    await inTransaction(db, (tx) => cancel(tx, wish(instanceId), facts));
    await settle();
    expect(slack.messages.map(labels)).toEqual([['Logs'], []]);
    expect(words(slack.messages[1])).toMatch(/Cancelled by <@UBEN>/);
  });
});

it('tells a launch that was prevented in one message', async () => {
  const { id } = await job({ preventMulti: 'working_or_error' });
  const first = await launchOne(db, id);
  await launchOne(db, id);
  await settle();
  expect(slack.messages.map(({ text }) => text)).toEqual([
    '▶️ nightly-report is running',
    '🚫 nightly-report was not launched',
  ]);
  expect(words(slack.messages[1])).toContain(`|#${first.instanceId}> is in the way`);
});

describe('a lost command', () => {
  it('is a question with its risk, until its host is back with the proof', async () => {
    await launchOne(db, (await job()).id);
    const claim = await worker.claim();
    const silent = { evidence: 'unknown: host h unreachable.', groupEmptyAt: null };
    await inTransaction(db, (tx) => lose(tx, { ...claim, ...silent }, facts));
    await settle();
    expect(slack.messages).toHaveLength(2);
    const [, question] = slack.messages;
    expect(question?.text).toContain('The command is lost: unknown: host h unreachable.');
    expect(words(question)).toContain(
      'It may still run on `host-of-the-test`. Retry may run it twice',
    );
    expect(words(question)).toContain('"confirm"');
    const found = { evidence: 'group empty at 02:04:41 UTC, seen by h.', groupEmptyAt: new Date() };
    const { executionId, instanceId } = claim;
    await inTransaction(db, (tx) =>
      completeEvidence(tx, { executionId, instanceId, ...found }, facts),
    );
    await settle();
    expect(slack.messages).toHaveLength(2);
    expect(slack.messages[1]?.text).toContain('group empty at 02:04:41 UTC');
    expect(words(slack.messages[1])).toContain('Retry is safe: nothing of it runs any more.');
    expect(words(slack.messages[1])).not.toContain('Retry although it may still run?');
    expect(labels(slack.messages[1])).toEqual(['Retry', 'Skip', 'Cancel']);
  });

  it('that is retried by itself wakes nobody: only the message of the run is edited', async () => {
    await launchOne(db, (await job({ retryLost: true })).id);
    await settle();
    const claim = await worker.claim();
    const proven = { evidence: 'group empty.', groupEmptyAt: new Date() };
    await inTransaction(db, (tx) => lose(tx, { ...claim, ...proven }, facts));
    await settle();
    expect(slack.messages).toHaveLength(1);
    expect(words(slack.messages[0])).toContain('Retried by Kuroko at');
    expect(slack.messages[0]?.text).toBe('▶️ nightly-report is running');
  });
});

describe('a run that is in ERROR for long', () => {
  const remind = async (after: string): Promise<void> => {
    await db.query(`update instances set error_at = now() - $1::interval`, [after]);
    await inTransaction(db, (tx) => insertReminders(tx, 0, 24));
    await settle();
  };

  it('is told of again in the thread and the channel, each time, until somebody deals with it', async () => {
    const { instanceId } = await launchOne(db, (await job()).id);
    await fail();
    await settle();
    const before = slack.messages.length;
    await remind('23 hours');
    expect(slack.messages).toHaveLength(before);
    await remind('25 hours');
    await remind('49 hours');
    const [run] = slack.messages;
    const reminders = slack.messages.slice(before);
    expect(reminders).toHaveLength(2);
    for (const reminder of reminders) {
      expect(reminder).toMatchObject({ channel: 'C0ALERTS', thread: run?.ts, broadcast: true });
      expect(reminder.text).toMatch(/^\[WARN\] '.*' is still in ERROR state/);
      expect(reminder.text).toContain('`execute: ./report.sh`');
    }
    await inTransaction(db, (tx) => skip(tx, wish(instanceId), facts));
    await settle();
    const texts = slack.messages.slice(before).map(({ text }) => text);
    expect(texts).toHaveLength(2);
    for (const text of texts) expect(text).toMatch(/ is running again\.$/);
  });
});

describe('a run that takes longer than expected', () => {
  it('is warned of in the thread and the channel, once an hour, and no more when it is over', async () => {
    const { instanceId } = await launchOne(db, (await job()).id);
    await settle();
    const pass = async (interval: string) => {
      await db.query(
        `update tokens set created_at = created_at - $1::interval,
           expected_at = expected_at - $1::interval`,
        [interval],
      );
      await inTransaction(db, warnOfLateTokens);
      // Also where the answer of the first delivery was lost.
      await db.query(`update outbox set delivered_at = null where event = 'long_elapsed_time'`);
      await settle();
    };
    await pass('24 hours');
    await pass('1 hour');
    const [run, ...warnings] = slack.messages;
    expect(warnings).toHaveLength(2);
    for (const warning of warnings) {
      expect(warning).toMatchObject({ channel: 'C0ALERTS', thread: run?.ts, broadcast: true });
      expect(warning.text).toMatch(
        /^The running time of 'nightly-report' is longer than expected\./,
      );
      expect(words(warning)).toContain('longer than the 1 d that were expected');
    }
    await inTransaction(db, (tx) => cancel(tx, wish(instanceId), facts));
    await pass('1 hour');
    expect(slack.messages).toHaveLength(3);
  });
});

describe('a command that nobody takes', () => {
  const wait = async () => {
    await db.query(`update executions set created_at = created_at - interval '4 minutes'`);
    await inTransaction(db, alarmUnstarted);
  };

  it('is told of in the thread and the channel, and that it was taken in the end', async () => {
    const { instanceId } = await launchOne(db, (await job()).id);
    await settle();
    await wait();
    await settle();
    const [run, told] = slack.messages;
    expect(told).toMatchObject({ channel: 'C0ALERTS', thread: run?.ts, broadcast: true });
    expect(told?.text).toContain('[CRITICAL] Process is not assigned to any job-executor');
    expect(told?.text).toContain('all workers of the queue `@default` are busy.');
    expect(words(run)).toContain('⚠️ `execute: ./report.sh` waits for a worker');
    await worker.claim();
    await insertRefresh(db, instanceId);
    await settle();
    expect(slack.messages).toHaveLength(2);
    expect(slack.messages[1]?.text).toMatch(/waited 4 min.* then `host-of-the-test` took it\.$/);
  });

  it('is not told of any more when it was taken before Slack could be told', async () => {
    await launchOne(db, (await job()).id);
    await wait();
    await worker.claim();
    await settle();
    expect(slack.messages).toHaveLength(1);
  });

  it('is told of with many others of its queue once, in the default channel', async () => {
    const { id } = await job({ script: 'queue: batch\nexecute: true\n', preventMulti: 'none' });
    for (const _ of Array.from({ length: 8 })) await launchOne(db, id);
    await wait();
    slack.channel('#ops', { id: 'C0OPS', member: true });
    await settle([stage.notifier({ defaultChannel: '#ops' })]);
    const alarms = slack.messages.filter(({ text }) => text.startsWith('[CRITICAL]'));
    expect(alarms.filter(({ channel }) => channel === 'C0ALERTS')).toHaveLength(5);
    const [many, ...more] = alarms.filter(({ channel }) => channel === 'C0OPS');
    expect(more).toEqual([]);
    expect(many?.text).toContain('8 commands wait for a worker of the queue `batch`: no worker');
  });
});

describe('when Slack is in trouble', () => {
  it('keeps still for as long as it is told to, and then sends the newest only', async () => {
    await launchOne(db, (await job()).id);
    await settle();
    await fail();
    slack.trouble({ type: 'limited', retryAfter: 2 });
    await until('the refusal', async () => {
      await deliveries.take();
      return slack.calls.some(({ outcome }) => outcome === 'limited');
    });
    await launchOne(db, (await job({ slackChannel: '#general' })).id);
    await settle();
    const refused = slack.calls.findIndex(({ outcome }) => outcome === 'limited');
    const pause = (slack.calls[refused + 1]?.at ?? 0) - (slack.calls[refused]?.at ?? 0);
    expect(pause).toBeGreaterThanOrEqual(1_990);
    expect(slack.messages[0]?.edits).toBe(1);
    expect(slack.messages).toHaveLength(3);
  });

  it.each([
    ['answers 500', { type: 'status', status: 500 }],
    ['cuts the line', { type: 'drop' }],
    ['calls it an internal error', { type: 'error', error: 'internal_error' }],
  ] as const)('tries again when it %s, and keeps the order', async (_, trouble) => {
    await launchOne(db, (await job()).id);
    slack.trouble(trouble);
    await fail();
    await settle();
    expect(slack.messages.map(({ thread }) => thread)).toEqual([null, slack.messages[0]?.ts]);
    expect(await reasons()).toEqual([null, null]);
  });

  it('lets nothing in a channel overtake what waits', async () => {
    const names = ['first', 'second', 'third'];
    for (const name of names.slice(0, 2)) await launchOne(db, (await job({ name })).id);
    await launchOne(db, (await job({ name: 'other', slackChannel: '#general' })).id);
    slack.trouble({ type: 'status', status: 500 }, { times: 2 });
    const settled = settle();
    await until('the trouble', () => slack.calls.length >= 2);
    await launchOne(db, (await job({ name: 'third' })).id);
    await settled;
    const alerts = slack.messages.filter(({ channel }) => channel === 'C0ALERTS');
    expect(alerts.map(({ text }) => text)).toEqual(names.map((name) => `▶️ ${name} is running`));
    expect(slack.messages).toHaveLength(4);
  });

  it('does not send again what was sent before the trouble', async () => {
    await launchOne(db, (await job({ notifyAllEvents: false })).id);
    await fail();
    // Of the failure, the run's message is taken; the reply in its thread is not.
    slack.trouble({ type: 'drop' }, { method: 'chat.postMessage', after: 1 });
    await settle();
    expect(slack.calls.some(({ outcome }) => outcome === 'drop')).toBe(true);
    expect(slack.messages.map(({ thread }) => thread)).toEqual([null, slack.messages[0]?.ts]);
  });

  it.each(['is_archived', 'invalid_blocks'])(
    'gives up, with the reason, when it says %s',
    async (error) => {
      await launchOne(db, (await job()).id);
      slack.trouble({ type: 'error', error });
      await settle();
      expect(slack.messages).toEqual([]);
      expect(await reasons()).toEqual([error]);
      expect(slack.calls).toHaveLength(1);
    },
  );

  it('gives up after a day', async () => {
    await launchOne(db, (await job()).id);
    await db.query("update outbox set created_at = now() - interval '25 hours'");
    slack.trouble({ type: 'status', status: 503 });
    await settle();
    expect((await reasons())[0]).toContain('503');
    expect(slack.messages).toEqual([]);
  });

  it('asks whoever launched to be invited where it cannot speak', async () => {
    await launchOne(db, (await job({ slackChannel: '#elsewhere' })).id);
    await settle();
    expect(slack.messages).toMatchObject([{ channel: 'DALICE' }]);
    expect(slack.messages[0]?.text).toContain('#elsewhere. Invite me there: `/invite @kuroko`');
    expect(await reasons()).toEqual(['not_in_channel']);

    slack.channel('#elsewhere', { id: 'C0ELSEWHERE', member: true });
    await fail();
    await settle();
    expect(slack.messages.slice(1).map(({ channel }) => channel)).toEqual([
      'C0ELSEWHERE',
      'C0ELSEWHERE',
    ]);
  });

  it('lets a message that was deleted be, and tells a failure beside it', async () => {
    await launchOne(db, (await job()).id);
    await settle();
    const [run] = slack.messages;
    if (run !== undefined) slack.remove(run);
    await fail();
    await settle();
    expect(slack.messages).toMatchObject([{ channel: 'C0ALERTS', thread: null }]);
    expect(slack.messages[0]?.text).toContain('failed at');
    await worker.claim().catch(() => {});
    expect(slack.taken('chat.update')).toHaveLength(0);
    expect(await reasons()).toEqual([null, null]);
  });
});

it('posts no faster than one message a second and channel', async () => {
  deliveries = stage.notifier({ paced: true });
  const alerts = await job();
  const general = await job({ slackChannel: '#general' });
  for (const { id } of [alerts, general, alerts, general]) await launchOne(db, id);
  await settle();
  const at = (name: string): number[] =>
    slack
      .taken('chat.postMessage')
      .filter(({ args }) => args['channel'] === name)
      .map((call) => call.at);
  const [[alert = 0, nextAlert = 0], [word = 0, nextWord = 0]] = [at('#alerts'), at('#general')];
  // What is sent a second apart arrives a little closer or farther on a busy machine; unpaced it would be milliseconds.
  for (const apart of [nextAlert - alert, nextWord - word]) expect(apart).toBeGreaterThan(700);
  // And no channel waits for the other.
  expect(Math.max(alert, word)).toBeLessThan(Math.min(nextAlert, nextWord));
});

it('shows every run once, however many notifiers there are', async () => {
  const channels = Array.from({ length: 12 }, (_, index) => `#room-${index}`);
  for (const [index, name] of channels.entries()) {
    slack.channel(name, { id: `C0ROOM${index}`, member: true });
    await launchOne(db, (await job({ slackChannel: name })).id);
  }
  for (let run = 0; run < 6; run += 1) await fail();
  await settle([deliveries, stage.notifier(), stage.notifier()]);
  expect(slack.messages.filter(({ thread }) => thread === null)).toHaveLength(12);
  expect(slack.messages.filter(({ thread }) => thread !== null)).toHaveLength(6);
  expect(new Set(slack.messages.map(({ channel }) => channel)).size).toBe(12);
});

it('leaves alone what another is at, until that one was not heard of for a while', async () => {
  await launchOne(db, (await job()).id);
  await db.query("update outbox set leased_until = now() + interval '1 hour'");
  expect(await deliveries.take()).toBe(0);
  await db.query('update outbox set leased_until = now()');
  await settle();
  expect(slack.messages).toHaveLength(1);
});

it('hands back what it has no time for when it ends, and another one delivers it', async () => {
  deliveries = stage.notifier({ paced: true });
  const { id } = await job();
  for (let index = 0; index < 4; index += 1) await launchOne(db, id);
  await deliveries.take();
  const began = performance.now();
  await deliveries.drain(300);
  expect(performance.now() - began).toBeLessThan(1_500);
  expect(slack.messages.length).toBeLessThan(4);
  await settle([stage.notifier()]);
  expect(slack.messages).toHaveLength(4);
});
