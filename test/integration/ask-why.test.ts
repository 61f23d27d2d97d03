import { afterAll, beforeAll, expect, it } from 'vitest';
import { addSuspendSchedule, removeSchedule } from '../../src/operations/change-schedules.ts';
import { askWhy } from '../../src/operations/ask-why.ts';
import { editSchedules } from '../../src/operations/edit-schedules.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { launchDue } from '../../src/operations/launch-due.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { define, facts, launchOne, member, openDatabase } from '../support/operations.ts';
import { scheduleOf, setSchedules } from '../support/schedules.ts';
import type { Database } from '../../src/store/database.ts';
import type { DefinitionFields } from '../../src/store/definitions.ts';
import type { ScheduleFields } from '../../src/store/schedules.ts';

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

/** By the clocks of Tokyo. */
const at = (time: string) => new Date(`2026-03-10T${time}+09:00`);
const tokyo = { timeZone: 'Asia/Tokyo' } as const;

async function scheduled(
  schedules: readonly ScheduleFields[],
  script = 'noop:',
  more: Partial<DefinitionFields> = {},
): Promise<number> {
  const { id } = await define(db, script, more);
  await setSchedules(db, id, { schedules }, at('10:00:30'));
  return id;
}
const keep = (now: Date) =>
  launchDue(db, { clock: () => now, facts, limit: 50 }, ({ error }) => {
    throw error;
  });
const ask = (id: number, typed: string, now: Date) => askWhy(db, id, typed, facts, () => now);
const outcomesOf = async (id: number, typed: string, now = at('12:00:00')) =>
  (await ask(id, typed, now)).answers.map(({ outcome }) => outcome);

it('tells what was launched, merged, suspended and is to come, in the zone of the schedule', async () => {
  const id = await scheduled([scheduleOf('*/5 * * * *', tokyo)]);
  await keep(at('10:05:07'));
  const told = await ask(id, '10:05', at('10:06:00'));
  expect(told.moments).toEqual([{ text: '2026-03-10T10:05:00+09:00', timeZone: 'Asia/Tokyo' }]);
  expect(told.answers).toMatchObject([
    {
      cron: '*/5 * * * *',
      timeZone: 'Asia/Tokyo',
      outcome: { type: 'launched', missed: false, at: expect.stringMatching(/\+09:00$/) },
    },
  ]);
  await keep(at('10:20:00'));
  expect(await outcomesOf(id, '10:10')).toEqual([
    { type: 'merged', into: '2026-03-10T10:20:00+09:00' },
  ]);
  const wish = { definitionId: id, version: null, actor: member('alice') };
  await inTransaction(db, (tx) =>
    editSchedules(tx, wish, addSuspendSchedule('* 11 * * *'), facts, () => at('10:22:00')),
  );
  await keep(at('11:00:00'));
  expect(await outcomesOf(id, '11:00', at('11:01:00'))).toEqual([
    { type: 'suspended', by: '* 11 * * *' },
  ]);
  expect(await outcomesOf(id, '2026-03-10 11:05', at('11:01:00'))).toEqual([
    { type: 'not_yet', suspendedBy: '* 11 * * *', suspended: false },
  ]);
  expect(await outcomesOf(id, 'today 12:05', at('11:01:00'))).toEqual([
    { type: 'not_yet', suspendedBy: null, suspended: false },
  ]);
  expect(await outcomesOf(id, '10:07', at('11:01:00'))).toEqual([
    { type: 'not_due', before: '2026-03-10T10:05:00+09:00', after: '2026-03-10T10:10:00+09:00' },
  ]);
  expect(await outcomesOf(id, 'yesterday 10:05', at('11:01:00'))).toEqual([
    { type: 'before_saved', since: '2026-03-10T10:00:00+09:00' },
  ]);
});

it('names the run that stood in its way, and what that is by now', async () => {
  const schedules = [scheduleOf('* * * * *', tokyo)];
  const id = await scheduled(schedules, 'sleep: 600', { preventMulti: 'working' });
  const { instanceId } = await launchOne(db, id);
  await keep(at('10:01:00'));
  expect(await outcomesOf(id, '10:01')).toMatchObject([
    { type: 'prevented', by: instanceId, now: 'working' },
  ]);
  await setSchedules(db, id, {}, at('10:01:30'));
});

it('reads a time in the zone of each schedule, and with an offset by that', async () => {
  const id = await scheduled([scheduleOf('5 10 * * *', tokyo), scheduleOf('5 10 * * *')]);
  await keep(at('10:05:00'));
  const told = await ask(id, '10:05', new Date('2026-03-10T10:04:00Z'));
  expect(told.moments).toEqual([
    { text: '2026-03-10T10:05:00+09:00', timeZone: 'Asia/Tokyo' },
    { text: '2026-03-09T10:05:00Z', timeZone: 'UTC' },
  ]);
  expect(told.answers.map(({ timeZone, outcome }) => [timeZone, outcome.type])).toEqual([
    ['Asia/Tokyo', 'launched'],
    ['UTC', 'before_saved'],
  ]);
  const exact = await ask(id, '2026-03-10T01:05Z', at('12:00:00'));
  expect(exact.answers.map(({ timeZone, outcome }) => [timeZone, outcome.type])).toEqual([
    ['Asia/Tokyo', 'launched'],
  ]);
});

it('remembers what a schedule did that was removed since, and then only', async () => {
  const id = await scheduled([scheduleOf('5 10 * * *', tokyo), scheduleOf('7 10 * * *', tokyo)]);
  await keep(at('10:05:00'));
  const wish = { definitionId: id, version: null, actor: member('alice') };
  await inTransaction(db, (tx) =>
    editSchedules(tx, wish, removeSchedule('5 10 * * *'), facts, () => at('10:06:00')),
  );
  expect((await outcomesOf(id, '10:05')).map(({ type }) => type)).toEqual(['launched']);
  const later = await ask(id, '10:06', at('10:06:30'));
  expect(later.answers.map(({ cron, outcome }) => [cron, outcome.type])).toEqual([
    ['7 10 * * *', 'not_due'],
  ]);
});

it('says what it does not understand', async () => {
  const id = await scheduled([]);
  await expect(ask(id, 'soon', at('12:00:00'))).rejects.toThrow('"soon" is no time');
  expect((await ask(id, '10:05', at('12:00:00'))).answers).toEqual([]);
});
