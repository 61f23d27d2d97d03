import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
let env: Record<string, string>;
let here: Home;
let there: Home;
let program: Program;
let batch: ReturnType<typeof spawnExecutor>;
let night: ReturnType<typeof spawnExecutor>;

const jobs = [
  ['where', 'queue: batch\nexecute: echo "$KUROKO2_LAUNCHED_TIME in $PWD"'],
  ['long', 'queue: night\nexecute: exec sleep 61'],
] as const;

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  env = { DATABASE_URL: database.url };
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
  await database.drop();
});

const kuroko = (...args: string[]) => runProgram(here, args, env);

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

  it('leaves nothing behind when it is killed, and TERM ends it in order', async () => {
    expect((await kuroko('launch', 'long')).code).toBe(0);
    await until('the command to run there', () => there.commands('sleep 61').length > 0);
    night.child.kill('SIGKILL');
    await until('the command to be gone', () => there.commands('sleep 61').length === 0);
    batch.child.kill('SIGTERM');
    expect(await batch.ended).toBe(0);
    await until('everything to be gone', () => there.leftovers().length === 0);
    expect(here.leftovers().length).toBeGreaterThan(0);
    expect(program.child.exitCode).toBe(null);
  });
});
