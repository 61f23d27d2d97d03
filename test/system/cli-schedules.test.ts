import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scheduleSetOf } from '../../src/operations/edit-schedules.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { define } from '../support/operations.ts';
import { cliWith, type Cli } from '../support/run-cli.ts';
import { scheduleOf } from '../support/schedules.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let database: TestDatabase;
let db: Database;
let kuroko: Cli;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url);
  kuroko = cliWith({ DATABASE_URL: database.url });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const parsed = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Record<string, unknown>;
function file(text: string): string {
  const made = path.join(temporaryFolder(), 'jobs.yml');
  writeFileSync(made, text);
  return made;
}

describe('kuroko schedule', () => {
  it('adds, shows and removes schedules, and what suspends them', async () => {
    const { id } = await define(db, 'noop:', { name: 'by-hand' });
    const job = String(id);
    expect((await kuroko('schedule', job)).stdout).toBe(
      `${id} by-hand\nIt has no schedule: it is launched by hand only.\n`,
    );
    const zone = ['--zone', 'Asia/Tokyo', '--catch-up', 'none'];
    const added = await kuroko('schedule', job, 'add', '30 2 * * *', ...zone);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(added.stdout).toMatch(/30 2 \* \* \* +Asia\/Tokyo +none +At 02:30\n/);
    expect(added.stdout.match(/02:30 \+09:00 +Asia\/Tokyo/g)).toHaveLength(5);
    const suspended = await kuroko('suspend-schedule', job, 'add', '* * * * 0-5', '--json');
    expect(parsed(suspended)).toMatchObject({
      id,
      suspended: false,
      schedules: [{ cron: '30 2 * * *', time_zone: 'Asia/Tokyo', catch_up: 'none' }],
      suspend_schedules: ['* * * * 0-5'],
      next_run: expect.stringMatching(/T17:30:00\.000Z$/),
    });
    const launches = parsed(suspended)['next_launches'] as { suspended_by: string | null }[];
    expect(launches.map((one) => one.suspended_by)).toContain('* * * * 0-5');
    const listed = parsed(await kuroko('list', 'by-hand', '--json'))['definitions'];
    expect(listed).toMatchObject([{ id, next_run: parsed(suspended)['next_run'] }]);
    expect((await kuroko('show', job)).stdout).toMatch(/next run: .*\n[^]*SCHEDULE +ZONE/);
    expect((await kuroko('schedule', job, 'remove', '30 2 * * *')).code).toBe(0);
    expect(await scheduleSetOf(db, id)).toEqual({ schedules: [], suspendSchedules: [] });
  });

  it('says what is wrong, and changes nothing', async () => {
    const { id } = await define(db, 'noop:', { name: 'refusing' });
    const wrong = [
      [['schedule', 'add', '61 * * * *'], 'The minute `61` is out of range: 0-59 are allowed.\n'],
      [['schedule', 'add', '0 9 * * *', '--zone', 'Tokio'], 'Did you mean Asia/Tokyo?'],
      [
        ['schedule', 'add', '0 9 * * *', '--catch-up', 'some'],
        '--catch-up is latest, all or none.',
      ],
      [['schedule', 'frob', '0 9 * * *'], 'add or remove and a cron in quotes'],
      [['schedule', 'add', '0', '9', 'a', 'b', 'a', 'b', 'a', 'b'], 'Put the cron in quotes'],
      [['schedule', 'remove', '0 9 * * *'], 'It has no schedule'],
      [
        ['suspend-schedule', 'add', '* * 1 1 *'],
        'Cron needs job schedules: there is nothing to suspend.',
      ],
    ] as const;
    await Promise.all(
      wrong.map(async ([[verb, ...args], problem]) => {
        const told = await kuroko(verb, String(id), ...args);
        expect([told.code, told.stdout]).toEqual([1, '']);
        expect(told.stderr).toContain(problem);
        expect(told.stderr).not.toContain('schedules.0');
      }),
    );
    expect(await scheduleSetOf(db, id)).toEqual({ schedules: [], suspendSchedules: [] });
  });
});

describe('kuroko suspend, resume and why', () => {
  it('say what holds now, and what was due', async () => {
    const { id } = await define(db, 'noop:', { name: 'asked' });
    const job = String(id);
    await kuroko('schedule', job, 'add', '30 2 * * *', '--zone', 'Asia/Tokyo');
    expect((await kuroko('suspend', job)).stdout).toBe(
      `${id} asked is suspended: launched by hand only\n`,
    );
    expect((await kuroko('suspend', job)).stdout).toContain('(it was so already)');
    expect((await kuroko('schedule', job)).stdout).toContain('NEXT, WERE IT NOT SUSPENDED');
    const due = await kuroko('why', job, 'tomorrow', '02:30');
    expect(due.stdout).toMatch(/^\d+ asked at \w{3} [\d-]+ 02:30 \+09:00 \(Asia\/Tokyo\)\n/);
    expect(due.stdout).toContain('30 2 * * *: due then, but the job is suspended;');
    const resumed = await kuroko('resume', job, '--json');
    expect(parsed(resumed)).toMatchObject({ id, suspended: false, already: false });
    expect((await kuroko('why', job, '2026-01-31 04:00')).stdout).toContain(
      'not due then: the one before is Sat 2026-01-31 02:30 +09:00, the next one after is Sun 2026-02-01 02:30 +09:00\n',
    );
    const json = parsed(await kuroko('why', job, '2026-01-31T02:30:00+09:00', '--json'));
    expect(json).toMatchObject({
      moments: [{ text: '2026-01-31T02:30:00+09:00', time_zone: 'Asia/Tokyo' }],
      answers: [{ cron: '30 2 * * *', type: 'before_saved' }],
    });
    const unknown = await kuroko('why', job, 'soon');
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('"soon" is no time that is understood.'),
    ]);
  });
});

describe('kuroko apply', () => {
  const text = (schedules: string) =>
    `name: applied\nadmins: [alice@example.com]\nscript: "noop:"\n${schedules}`;
  const whole = text(`schedules:
  - 30 2 * * *
  - {cron: "0 9 * * 1-5", time_zone: Asia/Tokyo, catch_up: none}
  - {cron: "@daily", catch_up: {policy: all, window: 2h, cap: 10}}
suspend_schedules: ["* * 1 1 *"]
suspended: true
`);

  it('makes schedules what the file says, shows what changes, and keeps what it does not name', async () => {
    expect((await kuroko('apply', file(whole))).code).toBe(0);
    const { id } = parsed(await kuroko('show', 'applied', '--json')) as { id: number };
    const set = {
      schedules: [
        scheduleOf('30 2 * * *'),
        scheduleOf('0 9 * * 1-5', { timeZone: 'Asia/Tokyo', catchUp: 'none' }),
        scheduleOf('@daily', { catchUp: 'all', catchUpWindow: 120, catchUpCap: 10 }),
      ],
      suspendSchedules: ['* * 1 1 *'],
    };
    expect(await scheduleSetOf(db, id)).toEqual(set);
    expect((await kuroko('apply', file(whole))).stdout).toMatch(/^unchanged /);
    const unnamed = await kuroko('apply', file(text('suspended: false\n')));
    expect(unnamed.stdout).toContain('  suspended: true -> false\n');
    expect(await scheduleSetOf(db, id)).toEqual(set);
    const less = file(text('schedules: ["0 3 * * *"]\nsuspend_schedules: []\n'));
    const planned = await kuroko('apply', less, '--dry-run');
    expect(planned.stdout).toContain(
      '  schedules: 30 2 * * *, 0 9 * * 1-5 Asia/Tokyo catch_up=none, @daily catch_up=all window=120m cap=10 -> 0 3 * * *\n',
    );
    expect(planned.stdout).toContain('  suspend_schedules: * * 1 1 * -> none\n');
    expect(await scheduleSetOf(db, id)).toEqual(set);
    expect((await kuroko('apply', less)).code).toBe(0);
    const left = { schedules: [scheduleOf('0 3 * * *')], suspendSchedules: [] };
    expect(await scheduleSetOf(db, id)).toEqual(left);
  });

  it('refuses what cannot be saved with its place, and applies nothing', async () => {
    const wrong = file(
      `name: not-applied\nadmins: [alice@example.com]\nscript: "noop:"\nschedules: ["0 9 * * *", "0 9 * * *"]\n---\n` +
        `name: nor-this\nadmins: [alice@example.com]\nscript: "noop:"\nsuspend_schedules: ["* * 1 1 *"]\n---\n` +
        `name: nor-that\nadmins: [alice@example.com]\nscript: "noop:"\nschedules: [0 9 * * *]\nsuspend_schedules: ["* 9 * * *"]\n`,
    );
    const told = await kuroko('apply', wrong);
    expect([told.code, told.stdout]).toEqual([1, '']);
    expect(told.stderr).toContain('jobs.yml:1 schedules.1: `0 9 * * *` is there twice.');
    expect(told.stderr).toContain(
      'jobs.yml:6 suspend_schedules: Cron needs job schedules: there is nothing to suspend.',
    );
    expect(told.stderr).toContain(
      'jobs.yml:11 suspend_schedules: Cron suspends all launched schedules: no launch would be left.',
    );
    expect(parsed(await kuroko('list', 'not-applied', '--json'))['total']).toBe(0);
  });
});
