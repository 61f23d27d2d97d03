import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { findInstance } from '../../src/store/instances.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  createHome,
  runProgram,
  spawnExecutor,
  startProgram,
  type Home,
  type Program,
} from '../support/program.ts';
import { until } from '../support/until.ts';

/** One `kuroko start` and two `kuroko executor`, as if on three hosts: folders, names and queues of their own. */
let database: TestDatabase;
let db: Database;
let env: Record<string, string>;
let here: Home;
let there: Home;
let program: Program;
let batch: ReturnType<typeof spawnExecutor>;
let night: ReturnType<typeof spawnExecutor>;

/** Lasts as long as the test wants: until there is a file. */
const napping = 'until test -e ~/awake; do sleep 0.1; done';
const jobs = [
  ['where', 'queue: batch\nexecute: echo "$KUROKO2_LAUNCHED_TIME in $PWD"'],
  ['long', 'queue: night\nexecute: exec sleep 61'],
  ['nap', 'queue: batch\nexecute: ' + napping],
] as const;

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  env = { DATABASE_URL: database.url };
  db = openDatabase(database.url, { max: 1 });
  here = await createHome('kill_grace: 1\ntime_zone: Asia/Tokyo\n');
  there = await createHome('this file: is not read by an executor\n');
  // They come before there is anything to work with, and wait for it.
  const early = { ...env, HOSTNAME: 'batch-host' };
  batch = spawnExecutor(there, ['--queue', 'batch', '--workers', '1'], early);
  night = spawnExecutor(there, [], { ...env, QUEUE: 'night', HOSTNAME: 'night-host' });
  await until('both to wait', () =>
    [batch, night].every(({ text }) => text().includes('Waiting for the schema')),
  );
  program = await startProgram(here, { ...env, HOSTNAME: 'start-host' });
  await Promise.all([batch.ready(), night.ready()]);
  for (const [name, script] of jobs) {
    const file = path.join(here.dataDir, `${name}.yml`);
    const lines = script.split('\n').map((line) => `  ${line}\n`);
    writeFileSync(file, `name: ${name}\nadmins: [UALICE]\nscript: |\n${lines.join('')}`);
    const { code, text } = await kuroko('apply', file);
    if (code !== 0) throw new Error(text);
  }
});
afterAll(async () => {
  await Promise.all([here.remove(), there.remove()]);
  await db.close();
  await database.drop();
});

const kuroko = (...args: string[]) => runProgram(here, args, env);
const launch = async (job: string): Promise<number> => {
  const { text } = await kuroko('launch', job, '--json');
  return (JSON.parse(text) as { id: number }).id;
};
const statusOf = async (id: number): Promise<string> =>
  (await findInstance(db, id))?.status ?? 'gone';
const awake = () => path.join(there.env['HOME'] ?? '', 'awake');
let strandedId: number;
let killedAt: Date;

describe('an executor on another host', () => {
  it('says when it is ready, and for what', () => {
    expect(batch.text()).toContain(
      'Executor is ready: 1 worker of the queue batch as host batch-host.',
    );
    expect(night.text()).toContain('Executor is ready: 4 workers of the queue night');
  });

  it('runs what is on its queue, with the time zone that start has published', async () => {
    const launched = await kuroko('launch', 'where', '--wait', '--json');
    const { id, status } = JSON.parse(launched.text) as { id: number; status: string };
    expect(status).toBe('success');
    expect((await kuroko('logs', String(id))).text).toMatch(/T\d\d:\d\d:\d\d\.\d{3}\+09:00 in /);
    const shown = await kuroko('status', String(id), '--json');
    const { executions } = JSON.parse(shown.text) as { executions: { host: string }[] };
    expect(executions).toMatchObject([{ host: 'batch-host', queue: 'batch', worker_number: 1 }]);
  });

  it('refuses a second one of its host and queue, in another folder', async () => {
    const other = await createHome();
    const second = await runProgram(other, ['executor'], {
      ...env,
      QUEUE: 'batch',
      HOSTNAME: 'batch-host',
    });
    expect(second.code).toBe(1);
    expect(second.text).toContain('Another Kuroko serves the queue batch as host batch-host');
    expect(other.leftovers()).toEqual([]);
    await other.remove();
  });

  it('leaves nothing behind when it is killed', async () => {
    strandedId = await launch('long');
    await until('the command to run there', () => there.commands('sleep 61').length > 0);
    night.child.kill('SIGKILL');
    killedAt = new Date();
    expect(await night.ended).toBe('SIGKILL');
    await until('the command to be gone', () => there.commands('sleep 61').length === 0);
  });

  it('takes nothing while its worker is suspended, and goes on when that is resumed', async () => {
    const suspended = await kuroko('workers', 'suspend', 'batch-host', '1');
    expect(suspended.text).toBe('batch-host:batch worker 1 is suspended\n');
    const id = await launch('nap');
    expect((await kuroko('executions')).text).toMatch(
      new RegExp(`waits: all workers .* suspended.* ${napping}\n`),
    );
    expect((await kuroko('workers', 'resume', 'batch-host', '1')).code).toBe(0);
    await until('it to run', () => there.commands(napping).length > 0);
    writeFileSync(awake(), '');
    await until('it to have ended', async () => (await statusOf(id)) === 'success');
  });

  it('that is drained says until when, finishes, and ends by itself', async () => {
    rmSync(awake(), { force: true });
    // An hour is what it usually takes: that is not over yet, however slow the machine is.
    await db.query(
      `update executions set started_at = finished_at - interval '1 h' where status = 'finished'`,
    );
    const id = await launch('nap');
    await until('it to run', () => there.commands(napping).length > 0);
    const drained = await kuroko('workers', 'drain', 'batch-host');
    expect(drained.text).toMatch(
      new RegExp(`${napping}\nIt is expected to be empty at .*; then it ends\\.\n$`),
    );
    const later = await launch('where');
    writeFileSync(awake(), '');
    expect(await batch.ended).toBe(0);
    expect(batch.text()).toContain('Drained: nothing runs here any more');
    expect(await statusOf(id)).toBe('success');
    expect(await statusOf(later)).toBe('working');
    const rows = await kuroko('workers', '--json');
    const { executors } = JSON.parse(rows.text) as { executors: { host: string }[] };
    expect(executors.map(({ host }) => host)).toEqual(['night-host', 'start-host']);
    expect((await kuroko('executions')).text).toContain('waits: no worker serves the queue');
  });

  it('that was killed is noticed: what it ran is lost within 30 s, and nothing of it is left', async () => {
    await until('it to be lost', async () => (await statusOf(strandedId)) === 'error', 60_000);
    const shown = await kuroko('status', String(strandedId), '--json');
    const { executions } = JSON.parse(shown.text) as {
      executions: { status: string; finished_at: string }[];
    };
    const [lost] = executions;
    expect(lost?.status).toBe('lost');
    // Half as much more where the machine is busy.
    expect(new Date(lost?.finished_at ?? 0).getTime() - killedAt.getTime()).toBeLessThan(45_000);
    await until('everything to be gone', () => there.leftovers().length === 0);
    expect(program.child.exitCode).toBe(null);
  });
});
