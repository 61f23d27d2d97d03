import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { checkUntold } from '../../src/cli/check-untold.ts';
import { readiness } from '../../src/main/readiness.ts';
import { untoldOf, waitingForSlack } from '../../src/store/untold.ts';
import { deliveryStage } from '../support/delivery-stage.ts';
import { define, launchMany, launchOne } from '../support/operations.ts';
import { cliWith } from '../support/run-cli.ts';
import { until } from '../support/until.ts';
import type { DefinitionFields } from '../../src/store/definitions.ts';

const stage = deliveryStage();
const script = 'execute: ./report.sh\n';
const job = (more: Partial<DefinitionFields> = {}) =>
  define(stage.db, script, { slackChannel: '#alerts', ...more });
const launched = async (id: number): Promise<number> => (await launchOne(stage.db, id)).instanceId;

const down = { type: 'status', status: 503 } as const;
const ages = { times: Infinity };
const textOf = (at: number) => stage.slack.messages[at]?.text.split('\n')[0];

/** The books of all notices: how many were told, given up, or wait. */
async function books(): Promise<Record<string, number>> {
  const rows = await stage.db.query<{ state: string; count: number }>(
    `select case when delivered_at is not null then 'told' when dead_at is not null then 'given up'
       else 'waiting' end as state, count(*) from outbox group by 1`,
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

/** One notifier that finds Slack as it is, and is then gone. */
async function tryOnce(lines: string[] = []): Promise<void> {
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const deliveries = stage.notifier({ log });
  const calls = stage.slack.calls.length;
  await until('a call', async () => {
    await deliveries.take();
    return stage.slack.calls.length > calls;
  });
  await until('its end in the books', async () => {
    const [row] = await stage.db.query<{ leased: number }>(
      'select count(*) as leased from outbox where leased_until > now()',
    );
    return row?.leased === 0;
  });
}

describe('after Slack was away for hours', () => {
  it('tells a channel in one message what it has missed', async () => {
    const { id } = await job();
    for (let run = 1; run <= 30; run += 1) {
      await launched(id);
      await stage.succeed();
    }
    const other = await job({ name: 'elsewhere', slackChannel: '#general' });
    await launched(other.id);
    stage.slack.trouble(down, ages);
    await tryOnce();
    expect(stage.slack.messages).toEqual([]);
    await stage.pass('6 hours');
    stage.slack.calm();
    await stage.settle(stage.notifier());

    // Whether Slack is back is found out with the oldest.
    expect(textOf(0)).toBe('✅ nightly-report finished');
    const inAlerts = stage.slack.messages.filter(({ channel }) => channel === 'C0ALERTS');
    expect(inAlerts).toHaveLength(2);
    expect(inAlerts[1]?.text).toContain('📬 Told late: what became of 29 runs here from ');
    expect(JSON.stringify(inAlerts[1]?.blocks)).toContain('✅ 29 finished');
    expect(stage.slack.messages.filter(({ channel }) => channel === 'C0GENERAL')).toHaveLength(1);
    expect(await books()).toEqual({ told: 61 });
  });

  it('shows those that wait for somebody by themselves, and names the rest', async () => {
    const ids: number[] = [];
    for (let n = 1; n <= 25; n += 1)
      ids.push((await job({ name: `job-${n}`, notifyAllEvents: false })).id);
    for (const id of ids) {
      await launched(id);
      await stage.fail();
    }
    stage.slack.trouble(down, ages);
    await tryOnce();
    await stage.pass('6 hours');
    stage.slack.calm();
    await stage.settle(stage.notifier());
    const texts = stage.slack.messages.map(({ text }) => text.split('\n')[0] ?? '');
    expect(texts.filter((text) => text.endsWith('failed and waits for you'))).toHaveLength(11);
    expect(texts.filter((text) => text.includes('failed at'))).toHaveLength(11);
    const digests = stage.slack.messages.filter(({ text }) => text.startsWith('📬'));
    expect(digests).toHaveLength(1);
    const words = JSON.stringify(digests[0]?.blocks);
    expect(words).toContain('❌ 14 failed and wait for somebody');
    expect(
      words.match(/❌ <http[^>]*\/instances\/\d+\|#\d+> \*<http[^>]*\|job-\d+>\*/g),
    ).toHaveLength(14);
    expect(await books()).toEqual({ told: 50 });
  });

  it('brings messages that were posted before up to date by an edit, and wakes nobody for what is settled', async () => {
    const { id } = await job();
    const run = await launched(id);
    await stage.settle();
    stage.slack.trouble(down, ages);
    await stage.fail();
    await stage.retryFailed(run);
    await stage.succeed();
    await tryOnce();
    await stage.pass('6 hours');
    stage.slack.calm();
    await stage.settle(stage.notifier());
    expect(stage.slack.messages.map(({ text }) => text)).toEqual([
      '✅ nightly-report is back to normal',
      '✅ nightly-report is back to normal',
    ]);
    expect(stage.slack.messages[0]?.edits).toBe(1);
  });

  it('tells one by one what is little, however late', async () => {
    const { id } = await job();
    await launchMany(stage.db, id, 3);
    await stage.pass('6 hours');
    await stage.settle(stage.notifier());
    expect(stage.slack.messages).toHaveLength(3);
  });

  it('gives up what has waited for a day, with the reason', async () => {
    const { id } = await job();
    const run = await launched(id);
    await launched(id);
    await stage.pass('25 hours');
    await launched(id);
    stage.slack.trouble(down, ages);
    await tryOnce();
    expect(await books()).toEqual({ 'given up': 2, waiting: 1 });
    expect(await untoldOf(stage.db, run)).toMatchObject({ event: 'launch', givenUp: true });
    stage.slack.calm();
    await stage.settle(stage.notifier());
    expect(stage.slack.messages).toHaveLength(1);
  });
});

it('asks with one call at a time, less and less often, as long as Slack is away', async () => {
  const { id } = await job();
  for (const name of ['#general', '#alerts']) {
    await launchMany(stage.db, (await job({ name, slackChannel: name })).id, 5);
  }
  await launchMany(stage.db, id, 5);
  stage.slack.trouble(down, ages);
  const deliveries = stage.notifier();
  expect(deliveries.inTrouble()).toBe(false);
  const end = performance.now() + 2_500;
  await until('the end of the look', async () => {
    await deliveries.take();
    return performance.now() > end;
  });
  // After 0, 1 and 3 seconds, a quarter more or less.
  expect(stage.slack.calls.length).toBeGreaterThanOrEqual(2);
  expect(stage.slack.calls.length).toBeLessThanOrEqual(3);
  expect(deliveries.inTrouble()).toBe(true);
});

describe('a token that was revoked', () => {
  it('loses nothing: what waits is told with the next token, and until then it is said once', async () => {
    const { id } = await job();
    const run = await launched(id);
    await launched(id);
    stage.slack.refuseAll('token_revoked');
    const lines: string[] = [];
    await tryOnce(lines);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 50, reason: 'token_revoked', msg: expect.stringContaining('refuses the token') },
    ]);
    expect(await books()).toEqual({ waiting: 2 });
    expect(await untoldOf(stage.db, run)).toMatchObject({
      reason: 'token_revoked',
      givenUp: false,
    });
    await stage.pass('2 minutes');
    expect(await waitingForSlack(stage.db)).toMatchObject({ count: 2, reason: 'token_revoked' });
    expect(await checkUntold(stage.db)).toMatchObject([
      { type: 'problem', message: expect.stringMatching(/^2 wait since .*: token_revoked$/) },
    ]);
    const threads = { state: () => ({ notifier: 'up' as const }) };
    const guardian = { list: async () => [], socketPath: '/' };
    expect(await readiness(stage.db, guardian, threads)).toMatchObject({
      ok: true,
      checks: { slack: expect.stringMatching(/^2 messages wait since .*Z: token_revoked$/) },
    });
    const kuroko = cliWith({ DATABASE_URL: stage.url });
    const status = await kuroko('status');
    expect(status.stderr).toMatch(/^2 messages wait for Slack since .*: token_revoked$/m);
    const one = await kuroko('status', String(run));
    expect(one.stdout).toMatch(/^Slack has not been told of launch since .*: token_revoked$/m);

    stage.slack.refuseAll(null);
    await stage.settle(stage.notifier());
    expect(stage.slack.messages).toHaveLength(2);
    expect(await readiness(stage.db, guardian, threads)).toMatchObject({ checks: { slack: 'up' } });
    expect(await checkUntold(stage.db)).toEqual([]);
  });
});

it.each(['is_archived', 'channel_not_found', 'not_in_channel'])(
  'holds up no other channel when one answers %s, and says so once',
  async (reason) => {
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const member = reason !== 'not_in_channel';
    const wanted = reason === 'channel_not_found' ? '#deleted' : '#old';
    stage.slack.channel('#old', { id: 'C0OLD', member, archived: reason === 'is_archived' });
    const { id } = await job({ slackChannel: wanted });
    const runs = await launchMany(stage.db, id, 3);
    await launched((await job({ name: 'other' })).id);
    await stage.settle(stage.notifier({ log }));
    const inChannels = stage.slack.messages.filter(({ channel }) => channel.startsWith('C'));
    expect(inChannels.map(({ text }) => text)).toEqual(['▶️ other is running']);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ reason }]);
    expect(await books()).toEqual({ told: 1, 'given up': 3 });
    expect(await untoldOf(stage.db, runs[2]?.instanceId ?? 0)).toMatchObject({
      reason,
      givenUp: true,
    });
    expect(await checkUntold(stage.db)).toMatchObject([
      { type: 'warning', message: expect.stringMatching(`^3 given up, the last .*: ${reason}$`) },
    ]);
  },
);

describe('a post whose answer is lost', () => {
  it.each(['lost', 'hang'] as const)('is shown once: %s', async (type) => {
    const { id } = await job();
    await launched(id);
    stage.slack.trouble({ type });
    const posted = until('the call', () => stage.slack.calls.length > 0);
    // What hangs is waited for to the end.
    const settled = stage.settle(stage.notifier(type === 'hang' ? { timeoutMs: 1_000 } : {}));
    await posted;
    await stage.fail();
    await settled;
    expect(stage.slack.messages).toHaveLength(2);
    // In the words of now, not in those that it was posted with.
    expect(stage.slack.messages[0]?.text).toBe('❌ nightly-report failed and waits for you');
  });

  it('is shown once also when the notifier died before it could book it', async () => {
    const { id } = await job();
    await launched(id);
    await stage.settle();
    await stage.db.query('delete from slack_messages');
    await stage.db.query('update outbox set delivered_at = null, leased_until = null');
    await stage.settle(stage.notifier());
    expect(stage.slack.messages).toHaveLength(1);
    expect(stage.slack.taken('chat.postMessage')).toHaveLength(2);
  });

  it('is posted again when somebody has deleted it meanwhile', async () => {
    const { id } = await job();
    await launched(id);
    stage.slack.trouble({ type: 'lost' });
    const settled = stage.settle();
    const first = await until('the post', () => stage.slack.messages[0]);
    stage.slack.remove(first);
    await settled;
    expect(stage.slack.messages).toHaveLength(1);
    expect(stage.slack.messages[0]).not.toBe(first);
  });
});
