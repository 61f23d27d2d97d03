import { afterAll, beforeAll, expect, it } from 'vitest';
import { peopleOf, type People } from '../support/local-slack.ts';
import { createHome, startProgram, type Home, type Program } from '../support/program.ts';
import { until } from '../support/until.ts';

let home: Home;
let program: Program;
let people: People;
beforeAll(async () => {
  home = await createHome();
  program = await startProgram(home);
  people = await peopleOf(`${program.slackUrl}/_control`);
});
afterAll(() => home.remove(), 60_000);

const patience = { patienceMs: 60_000 };

it('a restart asked for in Slack hands the running command over, and the new process tells it', async () => {
  await people.command('launch ticker');
  await people.waitForMessage(({ text = '' }) => /ticker is running/.test(text), patience);
  const before = await until('its command', async () => {
    const running = home.commands('tick');
    return running.length > 0 && running;
  });
  await people.command('restart', { as: 'ben' });
  const question = await people.waitForMessage(
    ({ text = '' }) => text.startsWith('Which way'),
    patience,
  );
  expect(JSON.stringify(question.blocks)).toContain('1 command runs');
  await people.press(question, 'Hand over', { as: 'ben' });
  await people.waitForMessage(({ text = '' }) => /with hand-over: 1 command goes on/.test(text));
  const back = await people.waitForMessage(({ text = '' }) => /is back, as/.test(text), patience);
  expect(back.text).toMatch(/is back, as <@U02BEN> asked: 1 command went over\.$/);
  expect(home.commands('tick').map(({ pid }) => pid)).toEqual(
    expect.arrayContaining(before.map(({ pid }) => pid)),
  );
  await people.command('cancel 1');
  await people.waitForMessage(({ text = '' }) => /ticker was cancelled/.test(text), patience);
});
