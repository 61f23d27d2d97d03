import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addSchedule,
  addSuspendSchedule,
  removeSchedule,
  removeSuspendSchedule,
} from '../../src/operations/change-schedules.ts';
import { commandDefaults } from '../../src/config.ts';
import { publishConfig } from '../../src/operations/engine-config.ts';
import { editSchedules, scheduleSetOf } from '../../src/operations/edit-schedules.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { launchDue, type SetAside } from '../../src/operations/launch-due.ts';
import { nextRuns, previewLaunches } from '../../src/operations/next-runs.ts';
import { saveDefinition } from '../../src/operations/save-definition.ts';
import { resumeDefinition, suspendDefinition } from '../../src/operations/suspend-definition.ts';
import { tellMissed } from '../../src/operations/tell-missed.ts';
import { why } from '../../src/operations/why.ts';
import { ledgerOf } from '../../src/store/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { define, facts, fieldsOf, launchOne, member, openDatabase } from '../support/operations.ts';
import { scheduleOf, setSchedules } from '../support/schedules.ts';
import type { ScheduleSet } from '../../src/operations/schedule-problems.ts';
import type { Database } from '../../src/store/database.ts';
import type { DefinitionFields } from '../../src/store/definitions.ts';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 4 });
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const at = (time: string) => new Date(`2026-03-10T${time}${time.length < 6 ? ':00' : ''}Z`);
const alice = member('alice');
/** Nobody else is to find these due. */
const clear = () => db.query(`update schedules set next_due_at = null`);

async function scheduled(
  crons: readonly string[],
  saved: Date,
  more: Partial<DefinitionFields> = {},
): Promise<number> {
  const { id } = await define(db, 'noop:\n', more);
  await setSchedules(db, id, { schedules: crons.map((cron) => scheduleOf(cron)) }, saved);
  return id;
}

const noTrouble = ({ error }: SetAside): never => {
  throw error;
};
const keep = (now: Date, limit = 50) =>
  launchDue(db, { clock: () => now, facts, limit }, noTrouble);
const edit = (id: number, change: (before: ScheduleSet) => ScheduleSet, now: Date) =>
  inTransaction(db, (tx) =>
    editSchedules(tx, { definitionId: id, version: null, actor: alice }, change, facts, () => now),
  );
const ledger = (id: number) =>
  db.query<{ outcome: string; count: number; fromAt: Date; toAt: Date; because: string | null }>(
    `select l.outcome, l.count, l.from_at, l.to_at, l.because from ledger l
     join schedules s on s.id = l.schedule_id where s.definition_id = $1 order by l.from_at, s.id`,
    [id],
  );
const outcomes = async (id: number) =>
  (await ledger(id)).map(
    (row) => `${row.fromAt.toISOString().slice(11, 16)} ${row.outcome} ${row.count}`,
  );
const told = async (id: number, time: string, now: Date) =>
  (await why(db, id, at(time), facts, () => now)).answers.map(({ answer }) => answer);

describe('a schedule', () => {
  it('launches each due minute once, with its row, and names the time in Kuroko2`s words', async () => {
    const id = await scheduled(['*/5 * * * *'], at('10:02:30'), { name: 'report' });
    expect((await keep(at('10:04:59'))).schedules).toBe(0);
    const { launched } = await keep(at('10:05:00'));
    expect(launched).toMatchObject([
      { definitionId: id, minute: at('10:05:00'), status: 'success' },
    ]);
    expect((await keep(at('10:05:59'))).schedules).toBe(0);
    await keep(at('10:10:00'));
    expect(await outcomes(id)).toEqual(['10:05 launched 1', '10:10 launched 1']);
    const [instance] = await db.query<Record<string, unknown>>(
      'select launched_by, launched_from, env from instances where definition_id = $1 order by id',
      [id],
    );
    expect(instance).toEqual({
      launchedBy: `"#${id} report" that is scheduled at 10 Mar 10:05 by \`*/5 * * * *\``,
      launchedFrom: 'schedule',
      env: { KUROKO_SCHEDULED_TIME: '2026-03-10T10:05:00Z' },
    });
    await clear();
  });

  it('does not launch what a clock that stepped back finds due again', async () => {
    const id = await scheduled(['* * * * *'], at('10:00:30'));
    await keep(at('10:11:00'));
    expect((await keep(at('10:01:00'))).schedules).toBe(0);
    expect((await keep(at('10:11:30'))).schedules).toBe(0);
    await keep(at('10:12:00'));
    expect(await outcomes(id)).toEqual(['10:01 merged 10', '10:11 launched 1', '10:12 launched 1']);
    await clear();
  });

  it('is prevented by an instance, and says by which', async () => {
    const { id } = await define(db, 'sleep: 600\n', { preventMulti: 'working' });
    await setSchedules(db, id, { schedules: [scheduleOf('* * * * *')] }, at('10:00:30'));
    const { instanceId } = await launchOne(db, id);
    await keep(at('10:01:00'));
    expect(await told(id, '10:01', at('10:01:10'))).toMatchObject([
      { type: 'accounted', row: { outcome: 'prevented', preventedBy: instanceId } },
    ]);
    await clear();
  });

  it('is told why: launched, not due, not yet, before it was saved, after it was removed', async () => {
    const id = await scheduled(['*/5 * * * *'], at('10:02:30'));
    await keep(at('10:05:00'));
    const now = at('10:06:00');
    expect(await told(id, '10:05', now)).toMatchObject([
      { type: 'accounted', row: { outcome: 'launched' } },
    ]);
    expect(await told(id, '10:06', now)).toEqual([{ type: 'not_due' }]);
    expect(await told(id, '10:10', now)).toEqual([{ type: 'not_yet' }]);
    expect(await told(id, '10:00', now)).toMatchObject([{ type: 'before_saved' }]);
    await edit(id, removeSchedule('*/5 * * * *'), now);
    expect(await told(id, '10:05', now)).toMatchObject([{ type: 'accounted' }]);
    expect(await told(id, '10:10', now)).toMatchObject([{ type: 'after_removed' }]);
    expect((await keep(at('10:10:00'))).schedules).toBe(0);
    expect(await ledgerOf(db, id, 10)).toMatchObject([
      { fromAt: at('10:05'), cron: '*/5 * * * *' },
    ]);
  });
});

describe('a change', () => {
  it('accounts for the minutes before it under the old rules', async () => {
    const id = await scheduled(['* * * * *'], at('10:00:00'));
    await edit(id, addSuspendSchedule('*/2 * * * *'), at('10:03:20'));
    await keep(at('10:04:00'));
    await keep(at('10:05:00'));
    expect(await outcomes(id)).toEqual([
      '10:01 merged 2',
      '10:03 launched 1',
      '10:04 suspended 1',
      '10:05 launched 1',
    ]);
    await edit(id, removeSuspendSchedule('*/2 * * * *'), at('10:05:10'));
    await keep(at('10:06:00'));
    expect((await outcomes(id)).at(-1)).toBe('10:06 launched 1');
    await clear();
  });

  it('of the cron keeps the ledger of the old one, and takes its minutes from now on', async () => {
    const id = await scheduled(['* * * * *'], at('10:00:00'));
    await keep(at('10:01:00'));
    await setSchedules(db, id, { schedules: [scheduleOf('*/2 * * * *')] }, at('10:01:30'));
    await keep(at('10:02:00'));
    expect(await outcomes(id)).toEqual(['10:01 launched 1', '10:02 launched 1']);
    // Taken away and put back within the minute that it has launched: not again.
    await edit(id, removeSchedule('*/2 * * * *'), at('10:02:10'));
    await edit(id, addSchedule(scheduleOf('*/2 * * * *')), at('10:01:50'));
    expect((await keep(at('10:02:20'))).schedules).toBe(0);
    await clear();
  });

  it('that suspends the definition lets its minutes be suspended; resumed, it goes on from then', async () => {
    const id = await scheduled(['* * * * *'], at('10:00:00'));
    const wish = { definitionId: id, version: null, actor: alice };
    const suspend = (now: Date) =>
      inTransaction(db, (tx) => suspendDefinition(tx, wish, facts, () => now));
    const resume = (now: Date) =>
      inTransaction(db, (tx) => resumeDefinition(tx, wish, facts, () => now));
    expect(await suspend(at('10:01:30'))).toMatchObject({ already: false });
    expect(await suspend(at('10:01:31'))).toMatchObject({ already: true });
    await keep(at('10:02:00'));
    await resume(at('10:05:10'));
    await keep(at('10:06:00'));
    expect(await outcomes(id)).toEqual([
      '10:01 launched 1',
      '10:02 suspended 1',
      '10:03 suspended 3',
      '10:06 launched 1',
    ]);
    await launchOne(db, id);
    const { version } = (await suspend(at('10:06:10'))).definition;
    // A whole save does the same.
    const fields = fieldsOf('noop:\n', { suspended: false });
    const save = { id, version, fields, admins: ['alice@example.com'], actor: alice };
    await inTransaction(db, (tx) => saveDefinition(tx, save, facts, () => at('10:08:30')));
    await keep(at('10:09:00'));
    expect((await outcomes(id)).slice(-2)).toEqual(['10:07 suspended 2', '10:09 launched 1']);
    await clear();
  });

  it('that changes nothing writes nothing; a version that is not the newest is refused', async () => {
    const id = await scheduled(['0 3 * * *'], at('10:00:00'));
    const wish = { definitionId: id, version: 1, actor: alice };
    const same = await inTransaction(db, (tx) => editSchedules(tx, wish, (set) => set, facts));
    expect(same).toMatchObject({ unchanged: true, definition: { version: 2 } });
    await expect(
      inTransaction(db, (tx) => editSchedules(tx, wish, addSchedule(scheduleOf('@daily')), facts)),
    ).rejects.toThrow('changed by somebody else');
    expect((await scheduleSetOf(db, id)).schedules).toEqual([scheduleOf('0 3 * * *')]);
    const audit = await db.query(
      `select action from audit where definition_id = $1 and outcome = 'done'`,
      [id],
    );
    expect(audit).toEqual([{ action: 'create' }, { action: 'schedule' }]);
    await clear();
  });

  it.each([
    ['an unreadable cron', { schedules: [scheduleOf('61 * * * *')] }, 'schedules.0: '],
    ['one that never fires', { schedules: [scheduleOf('0 0 30 2 *')] }, 'would never launch'],
    ['step 0', { schedules: [scheduleOf('*/0 * * * *')] }, 'schedules.0: '],
    [
      'an unknown zone',
      { schedules: [scheduleOf('@daily', { timeZone: 'Mars/Base' })] },
      'Mars/Base',
    ],
    [
      'the same twice',
      { schedules: [scheduleOf('@daily'), scheduleOf('0 0 * * *')] },
      'there twice',
    ],
    ['a cap of none', { schedules: [scheduleOf('@daily', { catchUpCap: 0 })] }, '1 to 1000'],
    ['suspends without a schedule', { suspendSchedules: ['* * * * *'] }, 'needs job schedules'],
    [
      'suspends of every launch',
      { schedules: [scheduleOf('5 * * * *')], suspendSchedules: ['0-30 * * * *'] },
      'suspends all launched schedules',
    ],
  ] as const)('with %s is refused and loses nothing', async (_, set, message) => {
    const id = await scheduled(['1 1 * * *'], at('10:00:00'));
    const refused = await setSchedules(db, id, set, at('10:00:10')).catch(
      (error: unknown) => error,
    );
    expect((refused as { details: string[] }).details.join()).toContain(message);
    expect((await scheduleSetOf(db, id)).schedules).toEqual([scheduleOf('1 1 * * *')]);
    await clear();
  });
});

describe('minutes that were missed', () => {
  const day = 24 * 60 * 60_000;
  const counts = (id: number) =>
    db.query<{ outcome: string; count: number }>(
      `select l.outcome, sum(l.count)::int as count from ledger l join schedules s on s.id = l.schedule_id
       where s.definition_id = $1 group by 1 order by 1`,
      [id],
    );
  const notices = () =>
    db.query<{ payload: unknown }>(`select payload from outbox where event = 'missed' order by id`);

  it('for three days: 1 launched, 1,439 merged, 2,880 skipped, one message', async () => {
    const saved = at('10:00:00');
    const id = await scheduled(['* * * * *'], saved, { name: 'gap' });
    const now = new Date(saved.getTime() + 3 * day);
    await db.query('update ledger set told_at = now()');
    const tell = () => inTransaction(db, (tx) => tellMissed(tx, facts, () => now));
    expect(await tell()).toBe(null);
    await keep(now);
    expect(await counts(id)).toEqual([
      { outcome: 'launched', count: 1 },
      { outcome: 'merged', count: 1439 },
      { outcome: 'skipped', count: 2880 },
    ]);
    const notice = (await Promise.all([tell(), tell(), tell()])).filter((each) => each !== null);
    expect(notice).toEqual([
      {
        from: '2026-03-10T10:01:00.000Z',
        to: '2026-03-13T09:59:00.000Z',
        schedules: 1,
        launched: 0,
        prevented: 0,
        merged: 1439,
        skipped: 2880,
        definitions: [{ id, name: 'gap', launched: 0, prevented: 0, merged: 1439, skipped: 2880 }],
      },
    ]);
    expect(await tell()).toBe(null);
    expect((await notices()).map(({ payload }) => payload)).toEqual(notice);
    await clear();
  });

  it.each([
    ['latest', { launched: 1, merged: 1439, skipped: 574_560 }],
    ['all', { launched: 100, skipped: 575_900 }],
    ['none', { launched: 1, skipped: 575_999 }],
  ] as const)('for 400 days under %s are accounted for at once', async (catchUp, wanted) => {
    const saved = at('10:00:00');
    const { id } = await define(db, 'noop:\n');
    await setSchedules(db, id, { schedules: [scheduleOf('* * * * *', { catchUp })] }, saved);
    await keep(new Date(saved.getTime() + 400 * day));
    const found = (await counts(id)).map(({ outcome, count }) => [outcome, count]);
    expect(Object.fromEntries(found)).toEqual(wanted);
    await clear();
  });

  it('are told of once more is not to be expected, and not every minute', async () => {
    await db.query(`delete from outbox where event = 'missed'`);
    await db.query('update ledger set told_at = now()');
    const [one, two] = [
      await scheduled(['* * * * *'], at('10:00:00')),
      await scheduled(['* * * * *'], at('10:00:00')),
    ];
    const now = at('10:30:00');
    const tell = () => inTransaction(db, (tx) => tellMissed(tx, facts, () => now));
    await keep(now, 1);
    expect(await tell()).toBe(null);
    await keep(now, 1);
    expect((await tell())?.definitions.map(({ id }) => id)).toEqual([one, two]);
    await keep(at('10:40:00'));
    expect(await tell()).toBe(null);
    await clear();
  });
});

describe('one that cannot be launched', () => {
  it('is set aside, told of once, and holds up nobody, until its definition is saved again', async () => {
    const good = await scheduled(['* * * * *'], at('10:00:00'));
    const bad = await scheduled(['* * * * *'], at('10:00:00'), {
      name: 'bad',
      slackChannel: '#ops',
    });
    const other = await scheduled(['* * * * *'], at('10:00:00'));
    await db.query('update definitions set script = $2 where id = $1', [bad, 'execute: a\n  \tb:']);
    const aside: number[] = [];
    const keepOn = (now: Date) =>
      launchDue(db, { clock: () => now, facts, limit: 50 }, ({ definitionId }) =>
        aside.push(definitionId),
      );
    await keepOn(at('10:01:00'));
    await keepOn(at('10:02:00'));
    expect(aside).toEqual([bad]);
    for (const id of [good, other]) {
      expect(await outcomes(id)).toEqual(['10:01 launched 1', '10:02 launched 1']);
    }
    expect(await outcomes(bad)).toEqual([]);
    expect(await told(bad, '10:02', at('10:02:10'))).toMatchObject([{ type: 'set_aside' }]);
    const notices = await db.query(
      `select definition_id, payload->>'channel' as channel from outbox where event = 'set_aside'`,
    );
    expect(notices).toEqual([{ definitionId: bad, channel: '#ops' }]);
    const fields = fieldsOf('noop:\n');
    const save = { id: bad, version: null, fields, admins: ['alice@example.com'], actor: alice };
    await inTransaction(db, (tx) => saveDefinition(tx, save, facts, () => at('10:05:10')));
    await keepOn(at('10:06:00'));
    expect(await outcomes(bad)).toEqual(['10:01 skipped 5', '10:06 launched 1']);
    await clear();
  });

  it('for the database refuses what it would write, is set aside alike', async () => {
    const [bad, good] = [
      await scheduled(['* * * * *'], at('10:00:00')),
      await scheduled(['* * * * *'], at('10:00:00')),
    ];
    await db.query(`create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'disk quota of job %', new.definition_id; end $$`);
    await db.query(`create trigger refuse before insert on instances for each row
      when (new.definition_id = ${bad}) execute function refuse()`);
    const reasons: string[] = [];
    await launchDue(db, { clock: () => at('10:01:00'), facts, limit: 50 }, ({ error }) =>
      reasons.push((error as Error).message),
    );
    expect(reasons).toEqual([`disk quota of job ${bad}`]);
    expect(await outcomes(good)).toEqual(['10:01 launched 1']);
    // Changing it is not held up either, though its launch still fails.
    await setSchedules(db, bad, { schedules: [scheduleOf('*/5 * * * *')] }, at('10:03:00'));
    await db.query('drop trigger refuse on instances');
    await keep(at('10:05:00'));
    expect(await outcomes(bad)).toEqual(['10:01 skipped 3', '10:05 launched 1']);
    await clear();
  });

  it('for what this version cannot read is mended by a schedule that it can', async () => {
    const id = await scheduled(['* * * * *'], at('10:00:00'));
    await db.query(`update schedules set cron = 'H * * * *' where definition_id = $1`, [id]);
    const due = { clock: () => at('10:01:00'), facts, limit: 50 };
    const reasons: string[] = [];
    await launchDue(db, due, ({ error }) => reasons.push((error as Error).message));
    expect(reasons).toHaveLength(1);
    await setSchedules(db, id, { schedules: [scheduleOf('*/2 * * * *')] }, at('10:01:30'));
    await keep(at('10:02:00'));
    expect(await outcomes(id)).toEqual(['10:02 launched 1']);
    await clear();
  });
});

it('another configured time zone holds from when it was published on', async () => {
  const id = await scheduled(['0 * * * *', '30 2 * * *'], at('10:00:00'));
  const publish = (timeZone: string) =>
    inTransaction(db, (tx) => publishConfig(tx, { ...commandDefaults, timeZone }));
  await publish('UTC');
  await publish('Asia/Kolkata');
  const due = await db.query<{ nextDueAt: Date }>(
    `select next_due_at from schedules where definition_id = $1 order by id`,
    [id],
  );
  // The clock of the database is ahead of the saved moment: what was due until now has been seen to.
  expect(due.map(({ nextDueAt }) => nextDueAt.getUTCMinutes())).toEqual([30, 0]);
  expect(due.map(({ nextDueAt }) => nextDueAt.getUTCHours())[1]).toBe(21);
  await publish('UTC');
  await clear();
});

it('a database restored from a backup shows the gap, and launches nothing of it beyond the catch-up', async () => {
  const original = await createTestDatabase();
  const [saved, backedUp, lost] = [at('10:00:00'), at('12:00:30'), at('20:00:30')];
  const restored = new Date(saved.getTime() + 3 * 24 * 60 * 60_000);
  const of = (one: Database, now: Date) =>
    launchDue(one, { clock: () => now, facts, limit: 50 }, noTrouble);
  const first = openDatabase(original.url);
  const { id } = await define(first, 'noop:\n');
  const crons = ['0 * * * *', '* * * * *'].map((cron) => scheduleOf(cron, { catchUp: 'latest' }));
  await setSchedules(first, id, { schedules: crons }, saved);
  await of(first, backedUp);
  await first.close();
  const backup = await createTestDatabase({ of: original });
  const second = openDatabase(original.url);
  await of(second, lost);
  await second.close();
  await original.drop();
  const back = openDatabase(backup.url);
  const { launched } = await of(back, restored);
  expect(launched.map(({ minute }) => minute)).toEqual([restored, restored]);
  const rows = await back.query<{ outcome: string; because: string | null; count: number }>(
    `select outcome, because, sum(count)::int as count from ledger
     where missed and to_at > $1 group by 1, 2 order by 1`,
    [backedUp],
  );
  const minutes = (restored.getTime() - at('12:00').getTime()) / 60_000;
  expect(rows).toEqual([
    { outcome: 'merged', because: null, count: 1_439 + 23 },
    { outcome: 'skipped', because: 'window', count: minutes - 1_440 + (minutes / 60 - 24) },
  ]);
  const message = await inTransaction(back, (tx) => tellMissed(tx, facts, () => restored));
  expect(message?.skipped).toBe(rows[1]?.count);
  // What ran between backup and loss is not known here: it is shown as missed.
  const [hourly] = (await why(back, id, at('15:00'), facts, () => restored)).answers;
  expect(hourly?.answer).toMatchObject({ row: { outcome: 'skipped', because: 'window' } });
  await back.close();
  await backup.drop();
});

describe('what is to come', () => {
  it('is told of a page of definitions, suspended minutes passed over', async () => {
    const [one, two, none] = [
      await scheduled(['0 12 * * *', '0 11 * * *'], at('10:00:00')),
      await scheduled(['0 11 * * *'], at('10:00:00'), { suspended: true }),
      (await define(db, 'noop:\n')).id,
    ];
    await edit(one, addSuspendSchedule('* 11 10 * *'), at('10:00:10'));
    const runs = await nextRuns(db, [one, two, none], facts, at('10:01:00'));
    expect([...runs]).toEqual([
      [one, { at: at('12:00:00'), schedules: 2, setAside: 0 }],
      [two, { at: null, schedules: 1, setAside: 0 }],
    ]);
    await clear();
  });

  it('is previewed with what is suspended and what changes of the clocks do', () => {
    const schedules = [scheduleOf('30 2 * * *', { timeZone: 'Europe/Berlin' })];
    const set = { schedules, suspendSchedules: ['* * 30 3 *'] };
    const next = previewLaunches(set, facts, new Date('2026-03-28T12:00Z'), 3);
    expect(
      next.map(({ text, suspendedBy, clockChange }) => [text, suspendedBy, clockChange]),
    ).toEqual([
      ['2026-03-29T03:00:00+02:00', null, 'moved'],
      ['2026-03-30T02:30:00+02:00', '* * 30 3 *', null],
      ['2026-03-31T02:30:00+02:00', null, null],
    ]);
  });
});
