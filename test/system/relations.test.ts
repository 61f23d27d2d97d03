// Jobs that launch and wait for one another, from the command line and in Slack, in the built program.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { startLocalSlack, type LocalSlack } from '../support/local-slack.ts';
import { createHome, runProgram, startProgram, type Home } from '../support/program.ts';
import { until } from '../support/until.ts';

/** A report that launches one job and waits for another. */
const jobs = (first: number, prefix: string, command: string): string => `
id: ${first}
name: ${prefix}fetch
admins: [UALICE]
script: |
  execute: ${command}
---
id: ${first + 1}
name: ${prefix}load
admins: [UALICE]
script: |
  execute: echo loaded
---
id: ${first + 2}
name: ${prefix}report
admins: [UALICE]
script: |
  expected_time: 2h
  sub_process: ${prefix}fetch
  wait: ${first + 1}/monthly timeout=2h
  execute: echo reported
`;

let slack: LocalSlack;
let home: Home;
/** What is waited for is looked up here: the program under test takes most of a second to say it. */
let db: Database;
const isNow = async (id: unknown, status: string): Promise<boolean> =>
  (await db.query('select from instances where id = $1 and status = $2', [id, status])).length > 0;
const env = () => ({
  SLACK_API_URL: slack.apiUrl,
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: slack.appToken,
});
const kuroko = async (...args: string[]) => (await runProgram(home, args, env())).text;
const json = async (...args: string[]) =>
  JSON.parse(await kuroko(...args, '--json')) as Record<string, unknown>;

beforeAll(async () => {
  const config = `notifiers: {slack: {default_channel: '#general'}}\nslack: {operators: [UALICE]}\n`;
  [slack, home] = await Promise.all([startLocalSlack(), createHome(config)]);
  db = openDatabase((await startProgram(home, env())).databaseUrl);
  for (const [name, text] of [
    ['quick', jobs(501, '', 'echo fetched')],
    ['slow', jobs(601, 'slow-', 'exec sleep 300')],
  ] as const) {
    const file = path.join(home.dataDir, `${name}.yml`);
    writeFileSync(file, text);
    await kuroko('apply', file);
  }
});
afterAll(async () => {
  await db.close();
  await home.remove();
  await slack.stop();
}, 60_000);

it('a job launches one and waits for another, linked both ways wherever it is shown', async () => {
  const { id } = await json('launch', 'report');
  await until('it to wait for load', async () => {
    const waiting = `select from tokens where instance_id = $1 and status = 'waiting' and path like '%-wait'`;
    return (await db.query(waiting, [id])).length > 0;
  });
  const waits = await json('status', String(id));
  expect(waits['awaited']).toMatchObject([
    { definition_id: 502, definition_name: 'load', period: 'monthly', instance_id: null },
  ]);
  const [child] = waits['children'] as { id: number }[];
  expect(waits['children']).toMatchObject([{ definition_name: 'fetch', status: 'success' }]);
  expect(await kuroko('status', String(id))).toMatch(/502 load +monthly +-/);
  const inner = String(child?.id);
  expect(await json('status', inner)).toMatchObject({
    parent: { id, definition_name: 'report' },
    launched_from: 'sub_process',
  });
  expect(await kuroko('status', inner)).toContain(`sub process of #${String(id)} report`);
  const told = await slack.waitForMessage(
    (message) =>
      (message.text ?? '').includes('report') &&
      JSON.stringify(message.blocks).includes('waiting for'),
    { patienceMs: 30_000 },
  );
  expect(JSON.stringify(told.blocks)).toContain(`#${inner}`);
  await slack.press(told, 'Skip', { confirm: true });
  await until('the report to be done', () => isNow(id, 'success'), 30_000);
  expect(await kuroko('logs', String(id))).toContain('Skipped by alice');
});

it('what a job waits for lets it go on, without anybody', async () => {
  const { id } = await json('launch', 'report');
  await kuroko('launch', 'load');
  await until('the report to be done', () => isNow(id, 'success'), 30_000);
  expect(await kuroko('logs', String(id))).toContain('reported');
});

it('Cancel ends what a job has launched, with its command', async () => {
  const { id } = await json('launch', 'slow-report');
  await until('its command to run', () => home.commands('sleep 300').length > 0);
  const { children } = await json('status', String(id));
  const [child] = children as { id: number }[];
  await kuroko('cancel', String(id));
  await until('the sub process to be cancelled', () => isNow(child?.id, 'canceled'));
  await until('its command to be gone', () => home.commands('sleep 300').length === 0, 30_000);
  expect((await json('status', String(id)))['status']).toBe('canceled');
});
