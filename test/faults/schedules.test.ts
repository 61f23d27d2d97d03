import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { brokenPromises } from '../support/broken-promises.ts';
import { long } from '../support/form.ts';
import { begin, ownBuild, scheduleStage, type ScheduleStage } from '../support/schedule-stage.ts';
import { settled } from '../support/settled.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const minute = 60_000;
const day = 1_440 * minute;
const schedules = long ? 500 : 10;
const minutes = long ? 10 : 4;
/** Each due minute is to be launched, however late: then the commands alone tell of every one. */
const everyMinute = { cron: '* * * * *', catchUp: 'all', catchUpCap: 1_000 } as const;

/** Lets the clock run to a moment, and waits for all that is due until then, and for its commands. */
async function runTo(stage: ScheduleStage, end: Date, rate = 60): Promise<void> {
  stage.clock.run(rate);
  await sleep((end.getTime() - stage.clock.now().getTime()) / rate);
  stage.clock.run(0);
  stage.clock.step(end.getTime() - stage.clock.now().getTime());
  await stage.caughtUp();
  await settled(stage.db, 300_000);
}

const after = (ms: number): Date => new Date(begin.getTime() + ms);

it('schedulers of two versions that are killed again and again launch every due minute once', async () => {
  const stage = await scheduleStage(onTestFinished);
  const ids = await stage.schedule(long ? 100 : schedules, everyMinute);
  // What the migration of a next version might add.
  await stage.db.query('alter table ledger add remark text');
  await stage.db.query('alter table schedules add shard integer not null default 0');
  const other = anotherBuild();
  const builds = [ownBuild, other, ownBuild, ...(long ? [other, ownBuild] : [])];
  const crew = await Promise.all(builds.map((build) => stage.scheduler({ build })));
  const over = new AbortController();
  let kills = 0;
  const killing = (async () => {
    while (!over.signal.aborted) {
      await sleep(long ? 1_000 + Math.random() * 4_000 : 600 + Math.random() * 800);
      const victim = kills % crew.length;
      crew[victim]?.kill('SIGKILL');
      kills += 1;
      const [build = ownBuild] = builds.slice(victim);
      void stage.scheduler({ build }).then((child) => (crew[victim] = child));
    }
  })();
  const end = after((long ? 180 : minutes) * minute);
  await runTo(stage, end, long ? 60 : 40).finally(() => over.abort());
  await killing;
  expect(kills).toBeGreaterThan(long ? 5 : 2);
  expect(stage.breaches(ids, everyMinute.cron, begin, end)).toEqual([]);
  expect(await brokenPromises(stage.db, stage.journal)).toEqual([]);
  process.stdout.write(`${kills} kills under ${ids.length} schedules\n`);
});

/** In short the one before is this one as well. */
it.each(long ? [60] : [])(
  'five schedulers at %s times the speed launch every due minute once',
  async (rate) => {
    const stage = await scheduleStage(onTestFinished);
    const ids = await stage.schedule(schedules, everyMinute);
    await Promise.all([1, 2, 3, 4, 5].map(() => stage.scheduler()));
    const end = after(minutes * minute);
    await runTo(stage, end, rate);
    expect(stage.breaches(ids, everyMinute.cron, begin, end)).toEqual([]);
    expect(await brokenPromises(stage.db, stage.journal)).toEqual([]);
    process.stdout.write(`${schedules} schedules for ${minutes} minutes\n`);
  },
);

it('clocks that step back an hour, forward ten minutes, and disagree by half a minute, launch every due minute once', async () => {
  const stage = await scheduleStage(onTestFinished);
  const count = long ? 100 : 4;
  const ids = await stage.schedule(count, everyMinute);
  const skews = long ? [-20, -10, 0, 10, 20] : [-20, 0, 20];
  await Promise.all(skews.map((s) => stage.scheduler({ skewMs: s * 1_000 })));
  stage.clock.jitter(9_000);
  stage.clock.run(60);
  for (let round = 0; round < (long ? 5 : 1); round += 1) {
    for (const step of [2, -60, 1, 10, 59]) {
      stage.clock.step(step * minute);
      await sleep(long ? 3_000 : 700);
    }
  }
  // All are within the same minute in the end.
  const whole = Math.ceil(stage.clock.now().getTime() / minute) * minute;
  const end = new Date(whole + 2 * minute + 30_000);
  await runTo(stage, end);
  expect(stage.breaches(ids, everyMinute.cron, begin, end)).toEqual([]);
  expect(await brokenPromises(stage.db, stage.journal)).toEqual([]);
});

const downtimes = [
  { name: 'a minute', ms: 2 * minute, latest: 1, all: 2 },
  { name: 'three hours', ms: 180 * minute, latest: 1, all: 100 },
  { name: 'three days', ms: 3 * day, latest: 1, all: 100 },
  { name: '400 days', ms: 400 * day, latest: 1, all: 100 },
];
it.each(long ? downtimes : downtimes.slice(2, 3))(
  `after $name without a scheduler each policy is kept, in one message${long ? ', within 10 s' : ''}`,
  async ({ ms, latest, all }) => {
    const stage = await scheduleStage(onTestFinished);
    const { db, clock } = stage;
    const [ofLatest = 0] = await stage.schedule(1, { cron: '* * * * *' });
    const [ofAll = 0] = await stage.schedule(1, { cron: '* * * * *', catchUp: 'all' });
    const [ofNone = 0] = await stage.schedule(1, { cron: '* * * * *', catchUp: 'none' });
    const [suspended = 0] = await stage.schedule(1, { cron: '* * * * *' });
    await db.query('update definitions set suspended = true where id = $1', [suspended]);
    clock.step(ms);
    const startedAt = performance.now();
    await Promise.all([stage.scheduler(), stage.scheduler()]);
    // The short form runs beside other tests.
    await stage.caughtUp(long ? 10_000 : 60_000);
    const readyMs = performance.now() - startedAt;
    await settled(db, 60_000);
    expect([ofLatest, ofAll, ofNone, suspended].map((id) => stage.fired(id).length)).toEqual([
      latest,
      all,
      1,
      0,
    ]);
    // The newest, each once.
    const end = new Date(Math.floor(clock.now().getTime() / minute) * minute);
    expect(
      stage.breaches([ofAll], '* * * * *', new Date(end.getTime() - all * minute), end),
    ).toEqual([]);
    const newest = end.toISOString().replace('.000', '');
    expect([stage.fired(ofLatest), stage.fired(ofNone)]).toEqual([[newest], [newest]]);
    const sums = await db.query<{ definitionId: number; count: number }>(
      `select s.definition_id, sum(l.count)::int as count from ledger l
       join schedules s on s.id = l.schedule_id group by 1 order by 1`,
    );
    expect(sums.map(({ count }) => count)).toEqual(Array.from({ length: 4 }, () => ms / minute));
    await until('the message', async () => (await told(stage)).length > 0);
    expect(await told(stage)).toHaveLength(1);
    expect(await brokenPromises(db, stage.journal)).toEqual([]);
    process.stdout.write(`ready after ${Math.round(readyMs)} ms, processes included\n`);
  },
);

const told = ({ db }: ScheduleStage) =>
  db.query(`select payload from outbox where event = 'missed'`);

/** The same program with batches of other sizes, as another version might have them. */
function anotherBuild(): string {
  const folder = temporaryFolder();
  const root = path.dirname(ownBuild);
  cpSync(path.join(ownBuild, 'src'), path.join(folder, 'dist', 'src'), { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const file = path.join(folder, 'dist', 'src', 'workers', 'scheduler.js');
  const text = readFileSync(file, 'utf8');
  const changed = text
    .replace('firstBatch = 10', 'firstBatch = 3')
    .replace('batch = 50', 'batch = 7');
  if (changed === text) throw new Error('the other version would be the same');
  writeFileSync(file, changed);
  return path.join(folder, 'dist');
}
