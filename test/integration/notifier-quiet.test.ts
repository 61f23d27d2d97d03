import { describe, expect, it } from 'vitest';
import { findOrCreateUser } from '../../src/store/users.ts';
import { insertReminders } from '../../src/store/reminders.ts';
import { deliveryStage } from '../support/delivery-stage.ts';
import { define, launchMany, launchOne } from '../support/operations.ts';
import { labelsOf } from '../support/buttons-of.ts';
import type { DefinitionFields } from '../../src/store/definitions.ts';
import type { StandInMessage } from '../support/slack-stand-in.ts';

const stage = deliveryStage();
const script = 'execute: ./report.sh\n';
const job = (more: Partial<DefinitionFields> = {}, of = script) =>
  define(stage.db, of, { slackChannel: '#alerts', ...more });
const silent = { notifyAllEvents: false };
const launched = async (id: number): Promise<number> => (await launchOne(stage.db, id)).instanceId;

/** What a person sees who looks at the channel: replies only where they are shown there, too. */
const shown = (): StandInMessage[] =>
  stage.slack.messages.filter(({ thread, broadcast }) => thread === null || broadcast);
const words = (message: StandInMessage | undefined): string => JSON.stringify(message?.blocks);

async function failOne(id: number, exitStatus = 3): Promise<number> {
  const run = await launched(id);
  await stage.fail(exitStatus);
  await stage.settle();
  return run;
}

describe('the same failure again and again', () => {
  it('is shown in the channel once, with the number of the others, which are in its thread', async () => {
    const { id } = await job(silent);
    const runs = [await failOne(id), await failOne(id), await failOne(id)];
    const [run, failure, ...rest] = stage.slack.messages;
    expect(shown()).toEqual([run, failure]);
    expect(rest.map(({ thread }) => thread)).toEqual([run?.ts, run?.ts]);
    expect(words(failure)).toContain('🔁 2 other runs have failed like this since, the last ');
    for (const [index, folded] of rest.entries()) {
      expect(labelsOf(folded)).toEqual(['Retry', 'Skip', 'Cancel']);
      expect(words(folded)).toContain(`/instances/${runs[index + 1]}|`);
    }
  });

  it('is a reply that wakes nobody where the run has a message in the channel', async () => {
    const { id } = await job();
    await failOne(id);
    await failOne(id);
    const [first, firstFailure, second, secondFailure] = stage.slack.messages;
    expect(firstFailure).toMatchObject({ thread: first?.ts, broadcast: true });
    expect(secondFailure).toMatchObject({ thread: second?.ts, broadcast: false });
    expect(words(firstFailure)).toContain('🔁 1 other run has failed like this since');
  });

  it('is shown again when something else fails, when somebody has retried, and after an hour', async () => {
    const { id } = await job(silent);
    await failOne(id, 3);
    await failOne(id, 4);
    expect(shown(), 'another exit status').toHaveLength(4);
    const folded = await failOne(id, 3);
    expect(shown()).toHaveLength(4);
    await stage.retryFailed(folded);
    await stage.fail(3);
    await stage.settle();
    expect(shown(), 'retried in vain').toHaveLength(5);
    await stage.pass('61 minutes');
    await failOne(id, 3);
    expect(shown(), 'an hour later').toHaveLength(7);
  });

  it('is shown three times an hour where the job succeeds in between, and so is that it is back', async () => {
    const { id } = await job(silent);
    for (let time = 1; time <= 5; time += 1) {
      await failOne(id);
      await launched(id);
      await stage.succeed();
      await stage.settle();
    }
    const texts = shown().map(({ text }) => text.split('\n')[0]);
    expect(texts.filter((text) => text?.includes('failed at'))).toHaveLength(3);
    expect(texts.filter((text) => text?.includes('back to normal'))).toHaveLength(3);
    expect(stage.slack.messages.filter(({ text }) => text.includes('back to normal'))).toHaveLength(
      5,
    );
  });

  it('is one failure where branches of one run fail alike', async () => {
    const { id } = await job(silent, 'parallel_fork: 4\n  execute: ./report.sh\n');
    await launched(id);
    for (let branch = 1; branch <= 4; branch += 1) await stage.fail();
    await stage.settle();
    expect(shown()).toHaveLength(2);
    expect(stage.slack.messages).toHaveLength(5);
    expect(words(stage.slack.messages[1])).toContain('🔁 3 other');
  });

  const remind = async () => {
    await stage.db.query("update instances set error_at = now() - interval '25 hours'");
    await stage.db.transaction((tx) => insertReminders(tx, 0, 24));
    await stage.settle();
    return shown().filter(({ text }) => text.includes('still in ERROR')).length;
  };

  it('is reminded of once, as long as the first of them waits for somebody', async () => {
    const { id } = await job(silent);
    const first = await failOne(id);
    const second = await failOne(id);
    expect(await remind()).toBe(1);
    await stage.cancelRun(first);
    expect(await remind(), 'that of the first says that it is over').toBe(1);
    expect(words(shown().at(-1))).toContain(`/instances/${second}|`);
  });

  it('is reminded of where it is the same run that fails alike', async () => {
    const { id } = await job(silent, 'parallel_fork: 2\n  execute: ./report.sh\n');
    await launched(id);
    await stage.fail();
    await stage.fail();
    await stage.settle();
    expect(await remind()).toBe(1);
  });
});

it('tells of the launches that one run was in the way of in one message', async () => {
  const { id } = await job({ preventMulti: 'working' });
  const first = await launched(id);
  for (let minute = 1; minute <= 4; minute += 1) await launchMany(stage.db, id, 1);
  await stage.settle();
  const prevented = shown().filter(({ text }) => text.includes('was not launched'));
  expect(prevented).toHaveLength(1);
  expect(words(prevented[0])).toContain('🔁 3 other launches were prevented since, the last ');
  expect(words(prevented[0])).toContain(`#${first}>`);

  // Who launches by hand hears of it.
  await launched(id);
  await stage.settle();
  expect(shown().filter(({ text }) => text.includes('was not launched'))).toHaveLength(2);
});

it('says of prevented launches nothing where the job does not want it', async () => {
  const { id } = await job({ preventMulti: 'working', notifyCancellation: false });
  await launched(id);
  await launchMany(stage.db, id, 2);
  await stage.settle();
  expect(shown()).toHaveLength(1);
});

it('shows a step that the script skipped, with its error, also where not all events are told', async () => {
  const { id } = await job(
    silent,
    'auto_skip_error: true\nexecute: ./report.sh\nexecute: ./send.sh\n',
  );
  await launched(id);
  await stage.fail();
  await stage.settle();
  const [run, skipped] = shown();
  expect(run?.text).toBe('▶️ nightly-report is running');
  expect(skipped).toMatchObject({ thread: run?.ts, broadcast: true });
  expect(words(skipped)).toContain('skipped `execute: ./report.sh` as its script says');
  expect(words(skipped)).toContain('Exit status 3.');
  expect(words(skipped)).toContain('no such table');
  expect(labelsOf(skipped ?? {})).toEqual([]);
  await stage.succeed();
  await launched(id);
  await stage.fail();
  await stage.settle();
  expect(shown(), 'and once an hour').toHaveLength(2);
  expect(words(skipped)).toContain('🔁 1 other run has skipped the same since');
});

it('calls whom the failure text names, once for the same failure', async () => {
  await stage.db.transaction((tx) => findOrCreateUser(tx, { slackUserId: 'U0ANN', name: 'Ann' }));
  const { id } = await job({ failureText: '@ann @here look' });
  await failOne(id);
  await failOne(id);
  const [, first, , second] = stage.slack.messages;
  expect(words(first)).toContain('"<@U0ANN> <!here> look"');
  expect(words(second)).toContain('"@ann @here look"');
});

describe('back to normal', () => {
  it('is shown in the channel beside the edit of the message, which nobody hears of', async () => {
    const { id } = await job();
    const run = await failOne(id);
    await stage.retryFailed(run);
    await stage.succeed();
    await stage.settle();
    const [message, , normal] = stage.slack.messages;
    expect(message?.text).toBe('✅ nightly-report is back to normal');
    expect(normal).toMatchObject({ thread: message?.ts, broadcast: true });
    expect(words(normal)).toContain('is back to normal: <http');
    await launched(id);
    await stage.succeed();
    await stage.settle();
    expect(stage.slack.messages.at(-1)?.text).toBe('✅ nightly-report finished');
  });

  it('is one message where not all events are told, however often it failed', async () => {
    const { id } = await job(silent);
    await failOne(id);
    await failOne(id);
    await launched(id);
    await stage.succeed();
    await stage.settle();
    expect(shown().map(({ text }) => text.split('\n')[0])).toEqual([
      '❌ nightly-report failed and waits for you',
      '❌ nightly-report failed at `execute: ./report.sh`',
      '✅ nightly-report is back to normal',
    ]);
  });
});
