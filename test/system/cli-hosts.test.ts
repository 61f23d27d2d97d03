import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handWorker, type HandWorker } from '../support/hand-worker.ts';
import { define, launchOne } from '../support/operations.ts';
import { cliWith, type Cli, type CliResult } from '../support/run-cli.ts';

let database: TestDatabase;
let db: Database;
let kuroko: Cli;
let worker: HandWorker;
let job: number;
let ended: number;
let waiting: number;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url);
  kuroko = cliWith({ DATABASE_URL: database.url });
  worker = await handWorker(db);
  ({ id: job } = await define(db, 'execute: sleep 1\n', { name: 'nap' }));
  const { id: idle } = await define(db, 'queue: nobody\nexecute: x\n', { name: 'idle' });
  ({ instanceId: ended } = await launchOne(db, job));
  await worker.end(await worker.claim(), 0, 'done\n');
  await db.query(
    `update executions set peak_memory = 3145728, started_at = finished_at - interval '70 s'`,
  );
  await launchOne(db, job);
  await worker.claim();
  ({ instanceId: waiting } = await launchOne(db, idle));
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const expectedHost = 'host-of-the-test';
const parsed = ({ stdout }: CliResult) => JSON.parse(stdout) as Record<string, unknown>;

describe('workers', () => {
  it('shows who runs what, and until when', async () => {
    const shown = await kuroko('workers');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^HOST +QUEUE +WORKER +STATE +SINCE +EXPECTED END/);
    expect(shown.stdout).toMatch(
      /host-of-the-test +@default +1 +running +\d{4}-.* #\d+ nap +sleep 1/,
    );
    expect(parsed(await kuroko('workers', '--json'))).toMatchObject({
      total: 1,
      executors: [
        {
          host: expectedHost,
          presence: 'present',
          draining_at: null,
          workers: [
            {
              number: 1,
              suspended: false,
              running: { definition_name: 'nap', shell: 'sleep 1', expected_end: { type: 'at' } },
            },
          ],
        },
      ],
    });
  });

  it('suspends and resumes one, and says who was first', async () => {
    const done = await kuroko('workers', 'suspend', expectedHost, '1');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toMatch(/worker 1 is suspended; it finishes #\d+ first\n$/);
    const again = await kuroko('workers', 'suspend', `${expectedHost}:@default`, '1', '--json');
    expect(parsed(again)).toMatchObject({
      number: 1,
      already: { by: expect.any(String) as string },
    });
    expect((await kuroko('workers')).stdout).toContain('running, suspended');
    expect((await kuroko('workers', 'resume', expectedHost, '1')).stdout).toMatch(/takes work\n$/);
  });

  it('drains a host and takes that back', async () => {
    const drained = await kuroko('workers', 'drain', expectedHost);
    expect(drained.stdout).toMatch(
      /takes nothing new\n[^]*It is expected to be empty at .*; it stays\.\n$/,
    );
    expect((await kuroko('workers')).stdout).toContain('running, draining');
    const back = await kuroko('workers', 'undrain', expectedHost, '--queue', '@default', '--json');
    expect(parsed(back)).toMatchObject({ already: null, running: [{ path: '/0-execute' }] });
  });

  it('refuses what is not there, and what is no number or queue', async () => {
    const missing = await kuroko('workers', 'suspend', 'nowhere', '1');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('There is no executor on a host nowhere.');
    expect((await kuroko('workers', 'suspend', expectedHost, 'one')).code).toBe(2);
    expect((await kuroko('workers', 'drain', expectedHost, '--queue', 'a b')).code).toBe(2);
  });
});

describe('executions', () => {
  it('shows what runs, and what waits for what', async () => {
    const { stdout } = await kuroko('executions');
    expect(stdout).toMatch(/ @default .* host-of-the-test 1 +\d{4}-.* nap +sleep 1\n/);
    expect(stdout).toMatch(/ nobody +\d.* s +waits: no worker serves the queue +- +#\d+ idle +x\n/);
    const json = parsed(await kuroko('executions', '--json'));
    expect(json).toMatchObject({
      running: [{ shell: 'sleep 1' }],
      pending_total: 1,
      pending: [{ instance_id: waiting, waits_for: 'any' }],
    });
    expect(JSON.stringify(json)).not.toContain('"env"');
  });
});

describe('history', () => {
  it('shows what was run, of all or of a job, since a time', async () => {
    const { stdout } = await kuroko('history', 'nap', '--since', '2h');
    expect(stdout).toMatch(
      / exit 0 +1 min 10 s +3\.0 MB +host-of-the-test +#\d+ nap +\/0-execute +sleep 1\n/,
    );
    const json = parsed(await kuroko('history', '--json', '--limit', '5'));
    expect(json).toMatchObject({
      executions: [{ instance_id: ended, exit_status: 0, seconds: 70, peak_memory: 3_145_728 }],
    });
    const later = await kuroko('history', '--since', '2999-01-01');
    expect(later).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing was run.\n' });
    expect((await kuroko('history', 'idle')).stderr).toBe('Nothing was run.\n');
    expect((await kuroko('history', '--since', 'soon')).code).toBe(2);
  });
});

describe('memory', () => {
  it('is shown of an instance, and expected of a job', async () => {
    expect((await kuroko('status', String(ended))).stdout).toContain('memory 3.0 MB at most\n');
    expect(parsed(await kuroko('status', String(ended), '--json'))['peak_memory']).toBe(3_145_728);
    expect((await kuroko('show', 'nap')).stdout).toContain('memory: 3.0 MB expected\n');
    expect((await kuroko('show', 'idle')).stdout).toContain('memory: not known yet\n');
    expect(parsed(await kuroko('show', 'nap', '--json'))['memory_expectancy']).toBe(3_145_728);
  });
});
