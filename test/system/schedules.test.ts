import { afterAll, beforeAll, expect, it } from 'vitest';
import { peopleOf, type People } from '../support/local-slack.ts';
import { createHome, startProgram, type Home, type Program } from '../support/program.ts';
import { shown } from '../support/slack-shell.ts';

let home: Home;
let program: Program;
let people: People;
beforeAll(async () => {
  home = await createHome();
  program = await startProgram(home);
  people = await peopleOf(`${program.slackUrl}/_control`);
});
afterAll(() => home.remove(), 60_000);

/** A minute has to come. */
const patience = { patienceMs: 80_000 };

it(
  'a schedule made in Slack launches in its minute, and `why` says so',
  { timeout: 120_000 },
  async () => {
    await people.command('schedule hello add * * * * *');
    await people.waitForMessage(({ text = '' }) => /added the schedule/.test(text));
    const run = await people.waitForMessage(
      ({ text = '' }) => /hello finished/.test(text),
      patience,
    );
    expect(shown(run)).toContain('launched by its schedule');
    await people.command('suspend hello');
    await people.waitForMessage(({ text = '' }) => /suspended hello/.test(text));
    const [, minute = ''] = /started \S+ (\d\d:\d\d):\d\d UTC/.exec(shown(run)) ?? [];
    await people.command(`why hello ${minute}`);
    const why = await people.waitForMessage(({ text = '' }) => text.startsWith('hello at '));
    expect(shown(why)).toMatch(new RegExp(`✅ .* launched at ${minute}:0\\d as .*#1`));
    await people.command('list hello');
    const list = await people.waitForMessage(({ text = '' }) => text.startsWith('1 job'));
    expect(shown(list)).toContain('suspended');
  },
);
