import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { inconsistencies } from '../support/consistency.ts';
import { peopleOf, type LocalMessage, type People } from '../support/local-slack.ts';
import {
  createHome,
  postInstance,
  startProgram,
  type Home,
  type Program,
} from '../support/program.ts';
import { until } from '../support/until.ts';

let home: Home;
let program: Program;
let people: People;
beforeAll(async () => {
  home = await createHome(undefined, { bare: true });
  program = await startProgram(home);
  people = await peopleOf(`${program.slackUrl}/_control`);
});
afterAll(() => home.remove(), 60_000);

const shows = (message: LocalMessage): string => JSON.stringify([message.text, message.blocks]);
const buttonsOf = (message: LocalMessage): string[] =>
  (message.blocks ?? [])
    .flatMap(({ elements = [] }) => elements)
    .filter(({ type }) => type === 'button')
    .map(({ text }) => text?.text ?? '');
const channelMessages = async () =>
  (await people.messages()).filter(
    ({ thread_ts: thread, ephemeral_to: to }) => thread === undefined && to === undefined,
  );
/** Types a launch; resolves with the timestamp of the message that tells of it. */
async function launch(job: string, as = 'alice'): Promise<string> {
  const known = new Set((await channelMessages()).map(({ ts }) => ts));
  await people.command(`launch ${job}`, { as });
  return until(`a message of ${job}`, async () => {
    const fresh = (await channelMessages()).find(({ ts }) => !known.has(ts));
    return fresh?.ts;
  });
}
/** The message at a place, once its first line says this. */
const says = (at: string, state: string): Promise<LocalMessage> =>
  people.waitForMessage(({ ts, text = '' }) => ts === at && text.includes(state));
const instanceOf = (message: LocalMessage): number =>
  Number(/instances\/(\d+)\|/.exec(shows(message))?.[1]);
const privateAnswers = async () =>
  (await people.messages()).filter(({ ephemeral_to: to }) => to !== undefined);
const page = (where: string) =>
  fetch(`http://127.0.0.1:${program.port}${where}`, {
    headers: { authorization: `Basic ${Buffer.from(program.client).toString('base64')}` },
  });

describe('somebody who has never seen it', () => {
  it('launches the greeting and sees it finish', async () => {
    const done = await says(await launch('hello'), 'finished');
    expect(done.bot_id).toBeDefined();
    expect(shows(done)).toContain('hello');
    expect(shows(done)).toContain('U01ALICE');
    expect(buttonsOf(done)).toEqual(['Logs']);
    // What it said is one press away, for whoever wants to know.
    const before = (await privateAnswers()).length;
    await people.press(done, 'Logs', { as: 'ben' });
    const output = await until('its output', async () => (await privateAnswers())[before]);
    expect(output.ephemeral_to).toBe('U02BEN');
    expect(shows(output)).toContain(`Hello from hello, run ${instanceOf(done)}`);
  });

  it('sees a step fail, presses Retry in vain, makes the file, presses Retry, and sees it finish', async () => {
    const at = await launch('flaky-report', 'ben');
    const failed = await says(at, 'failed');
    expect(buttonsOf(failed)).toEqual(['Retry', 'Skip', 'Cancel']);
    const replies = async () =>
      (await people.messages()).filter(({ thread_ts: thread }) => thread === at);
    const reply = await until('a reply in the thread', async () => (await replies())[0]);
    expect(shows(reply)).toContain('Exit status 2');
    expect(shows(reply)).toContain('No such file');
    expect(buttonsOf(reply)).toEqual(['Retry', 'Skip', 'Cancel']);
    await people.press(failed, 'Retry', { as: 'carol' });
    const second = await until('the second failure', async () => (await replies())[1]);
    // The first reply keeps who did what, and has no buttons any more.
    await until('the first reply to be brought up to date', async () => {
      const [first] = await replies();
      return (
        first !== undefined && shows(first).includes('U03CAROL') && buttonsOf(first).length === 0
      );
    });
    writeFileSync(path.join(home.dataDir, 'flaky-report.data'), 'data\n');
    await people.press(second, 'Retry');
    const finished = await says(at, 'back to normal');
    expect(buttonsOf(finished)).toEqual(['Logs']);
    expect(shows(finished)).toContain('Retried by <@U01ALICE>');
  });

  it('skips the failing step and sees the rest run', async () => {
    const at = await launch('flaky-report');
    await people.press(await says(at, 'failed'), 'Skip', { confirm: true });
    expect(buttonsOf(await says(at, 'back to normal'))).toEqual(['Logs']);
  });

  it('cancels a failed run, and a second click is told who was first', async () => {
    const at = await launch('flaky-report');
    const failed = await says(at, 'failed');
    const before = (await privateAnswers()).length;
    await people.press(failed, 'Cancel', { confirm: true, as: 'ben' });
    await says(at, 'cancelled');
    await people.press(failed, 'Retry', { as: 'carol' });
    const told = await until('a private answer', async () => (await privateAnswers())[before]);
    expect(told.ephemeral_to).toBe('U03CAROL');
    expect(told.text).toMatch(/Already cancelled by ben/i);
  });

  it('twenty clicks at once have one effect, and nineteen answers', async () => {
    const at = await launch('flaky-report');
    const failed = await says(at, 'failed');
    const before = (await privateAnswers()).length;
    const names = ['alice', 'ben', 'carol'];
    const as = Array.from({ length: 20 }, (_, index) => names[index % 3] ?? 'ben');
    await people.pressTogether(failed, 'Skip', { as, confirm: true });
    await says(at, 'back to normal');
    const db = openDatabase(program.databaseUrl);
    const audit = await until('all twenty to have had their turn', async () => {
      const rows = await db.query<{ outcome: string; count: number }>(
        `select outcome, count(*) from audit where instance_id = $1 and action = 'skip'
         group by 1 order by 1`,
        [instanceOf(failed)],
      );
      return rows.reduce((sum, { count }) => sum + count, 0) === 20 && rows;
    });
    await db.close();
    expect(audit).toEqual([
      { outcome: 'done', count: 1 },
      { outcome: 'late', count: 19 },
    ]);
    await until(
      'nineteen private answers',
      async () => (await privateAnswers()).length - before === 19,
    );
  });

  it('watches a long command, reads its output, terminates it and cancels the run', async () => {
    const at = await launch('ticker');
    const running = await until('the command to run', async () => {
      const message = (await people.messages()).find(({ ts }) => ts === at);
      return message !== undefined && buttonsOf(message).includes('Terminate') && message;
    });
    await until('its output to be read', async () => {
      const before = (await privateAnswers()).length;
      await people.command(`logs ${instanceOf(running)}`);
      const answer = await until('an answer', async () => (await privateAnswers())[before]);
      return shows(answer).includes('tick 1');
    });
    await people.press(running, 'Terminate', { confirm: true });
    await people.press(await says(at, 'failed'), 'Cancel', { confirm: true });
    expect(buttonsOf(await says(at, 'cancelled'))).toEqual(['Logs']);
  });

  it('gets a sentence for an unknown verb, job and instance, and for pairs that are none', async () => {
    for (const [typed, answer] of [
      ['lanch hello', /Did you mean/],
      ['launch helo', /no job .*helo.*Did you mean .*hello/],
      ['retry 999', /no (run|instance) #999/i],
      ['launch hello =1', /pair|name/i],
    ] as const) {
      const before = (await privateAnswers()).length;
      await people.command(typed);
      const told = await until('a private answer', async () => (await privateAnswers())[before]);
      expect(told.ephemeral_to).toBe('U01ALICE');
      expect(shows(told)).toMatch(answer);
    }
  });
});

describe('a client of the API', () => {
  it('launches, looks, and finds a page behind the link', async () => {
    const id = await postInstance(program, 1);
    const where = `/definitions/1/instances/${id}`;
    await until('the instance to finish', async () => {
      const response = await page(`/v1${where}`);
      return ((await response.json()) as { status: string }).status === 'success';
    });
    const response = await page(where);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('hello');
    expect((await fetch(`http://127.0.0.1:${program.port}${where}`)).status).toBe(401);
  });

  it('sees that everything is ready', async () => {
    const response = await fetch(`http://127.0.0.1:${program.port}/readyz`);
    expect(await response.json()).toMatchObject({ status: 'ok' });
  });
});

it('leaves the books in order', async () => {
  const db = openDatabase(program.databaseUrl);
  expect(await inconsistencies(db)).toEqual([]);
  await db.close();
});
