/**
 * How late instances are that schedules launch, and what schedules cost while nothing is due. All are due
 * in the same minute, over and over; the minute comes when a simulated clock is set to just before it. An
 * instance is there when another connection sees it. One scheduler, no executor.
 *
 * `npm run bench:schedules [-- --rounds 100 --write]`
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { simulatedClock } from '../support/simulated-clock.ts';
import { finding, median, say, type Finding } from './finding.ts';
import { writeTable } from './write-table.ts';
import { startServers, type Servers } from './servers.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);

const minute = 60_000;
/** Before the minute comes: time for the scheduler to hear that the clock was set. */
const leadMs = 700;
const idleMs = 60_000;
const program = fileURLToPath(
  new URL('../../../test/support/scheduler-process.mjs', import.meta.url),
);
const build = fileURLToPath(new URL('../..', import.meta.url));

const servers = await startServers();
const findings: Finding[] = [];
try {
  for (const measure of [
    () => lateness(servers, 1_000, rounds),
    () => lateness(servers, 10_000, Math.max(3, Math.ceil(rounds / 10))),
    () => idleHour(servers, 1_000),
  ]) {
    for (const each of await measure()) {
      findings.push(each);
      say(each);
    }
  }
} finally {
  await servers.stop();
}
if (values.write) {
  writeTable('bench:schedules', findings, rounds, servers.postgresVersion);
}

async function lateness(on: Servers, count: number, minutes: number): Promise<Finding[]> {
  const stage = await setUp(on, count);
  const firsts: number[] = [];
  const lasts: number[] = [];
  const all: number[] = [];
  try {
    await warmUp(stage, count);
    for (let round = 0; round < minutes; round += 1) {
      const seen = await oneMinute(stage, count);
      firsts.push(seen[0] ?? Infinity);
      lasts.push(seen.at(-1) ?? Infinity);
      all.push(...seen);
    }
  } finally {
    await stage.end();
  }
  const many = count.toLocaleString('en');
  const ms = (figure: number) => `${figure.toFixed(0)} ms`;
  const spread = `p50 ${ms(percentile(all, 50))}, p99 ${ms(percentile(all, 99))} of ${all.length.toLocaleString('en')} instances`;
  return [
    finding(
      `The first of ${many} schedules due in one minute, late by (p99)`,
      percentile(firsts, 99),
      { at: 'most', reach: 50, unit: ' ms' },
      `median ${ms(median(firsts))} of ${minutes} minutes`,
    ),
    finding(
      `All ${many} of them are there after`,
      median(lasts),
      { at: 'most', reach: count * 2, unit: ' ms' },
      `${ms(Math.max(...lasts))} at most; lateness ${spread}`,
    ),
  ];
}

/**
 * A minute that does not count. Plans that were made for empty tables read them whole, until PostgreSQL
 * looks at what is in them, as it does once a minute by itself.
 */
async function warmUp(stage: Stage, count: number): Promise<void> {
  const over = new AbortController();
  const looking = (async () => {
    while (!over.signal.aborted) {
      await stage.db.query('analyze');
      await sleep(500);
    }
  })();
  await oneMinute(stage, count).finally(() => over.abort());
  await looking;
}

async function idleHour(on: Servers, count: number): Promise<Finding[]> {
  const stage = await setUp(on, count);
  const pid = stage.child.pid ?? 0;
  try {
    // PostgreSQL looks after what was written first.
    await sleep(idleMs * 1.5);
    const before = { queries: await transactions(stage.db), ms: processorMs(pid) };
    await sleep(idleMs);
    const hours = idleMs / 3_600_000;
    const after = await transactions(stage.db);
    const seconds = (processorMs(pid) - before.ms) / 1_000 / hours;
    stage.child.kill('SIGSTOP');
    // What PostgreSQL does by itself.
    const own = await transactions(stage.db);
    await sleep(idleMs);
    const queries = (after - before.queries - ((await transactions(stage.db)) - own)) / hours;
    stage.child.kill('SIGCONT');
    return [
      finding(
        `An hour of ${count.toLocaleString('en')} schedules with nothing due`,
        seconds,
        { at: 'most', reach: 20, unit: ' s' },
        `of processor time, and ${Math.round(queries)} transactions; from ${idleMs / 1_000} s`,
      ),
    ];
  } finally {
    await stage.end();
  }
}

interface Stage {
  readonly db: Database;
  readonly child: ChildProcess;
  /** Sets the clock so that the minute after the last one comes in `leadMs`; when that is, in ms since 1970. */
  readonly nextMinute: () => Promise<number>;
  /** Lets the clock stand still: what is due takes longer than a minute where the machine is busy. */
  readonly stopClock: () => void;
  readonly end: () => Promise<void>;
}

async function setUp(on: Servers, count: number): Promise<Stage> {
  const url = await on.migrated(`schedules_${count}_${Math.random().toString(36).slice(2, 8)}`);
  const db = openDatabase(url, { max: 2, name: 'bench' });
  const begin = new Date('2099-03-10T10:00:30Z');
  await db.query(
    `with made as (
       insert into definitions (name, description, script, prevent_multi)
       select 'job ' || n, '', E'execute: true\\n', 'none' from generate_series(1, $1) n returning id)
     insert into schedules (definition_id, cron, since, watermark, next_due_at)
     select id, '* * * * *', '2099-03-10T10:00Z', '2099-03-10T10:00Z', '2099-03-10T10:01Z' from made`,
    [count],
  );
  await db.query('analyze');
  const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-bench-'));
  const clockFile = path.join(folder, 'clock');
  const clock = simulatedClock(clockFile, begin);
  const options = { build, url, clockFile, skewMs: 0, mostMs: 5_000, tellMs: 15_000 };
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await sleep(500);
  let next = begin.getTime() + minute / 2;
  return {
    db,
    child,
    async nextMinute() {
      clock.run(1);
      clock.step(next - leadMs - clock.now().getTime());
      const at = Date.now() + next - clock.now().getTime();
      next += minute;
      await db.query(`select pg_notify('kuroko_schedules', '')`);
      return at;
    },
    stopClock: () => clock.run(0),
    async end() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** By how many milliseconds each instance was late, ascending. */
async function oneMinute({ db, nextMinute, stopClock }: Stage, count: number): Promise<number[]> {
  const [last] = await db.query<{ id: number | null }>('select max(id) as id from instances');
  // As PostgreSQL does once a minute by itself; here sixty minutes come in one.
  await db.query('vacuum analyze schedules');
  const due = await nextMinute();
  const seen: number[] = [];
  while (seen.length < count) {
    const [row] = await db.query<{ count: number }>(
      'select count(*) from instances where id > $1',
      [last?.id ?? 0],
    );
    const late = Date.now() - due;
    if (late > 0) stopClock();
    while (seen.length < (row?.count ?? 0)) seen.push(late);
    await sleep(2);
  }
  return seen;
}

function percentile(figures: readonly number[], percent: number): number {
  const sorted = figures.toSorted((one, other) => one - other);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Infinity;
}

async function transactions(db: Database): Promise<number> {
  // What backends have counted is told a second after at the latest.
  await sleep(1_500);
  const [row] = await db.query<{ count: number }>(
    `select xact_commit as count from pg_stat_database where datname = current_database()`,
  );
  return row?.count ?? 0;
}

/** User and system time; /proc counts in hundredths of a second. */
function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
