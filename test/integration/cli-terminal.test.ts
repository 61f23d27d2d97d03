import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handWorker } from '../support/hand-worker.ts';
import { define, launchOne } from '../support/operations.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const program = path.resolve('dist/src/cli/kuroko.js');
const question = 'or [n]o restart? [h]';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url);
  const worker = await handWorker(db);
  const { id } = await define(db, 'execute: sleep 1\n', { name: 'nap' });
  await launchOne(db, id);
  await worker.claim();
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

/** As a person at a terminal sees it, who has typed what is given to `type`. */
function atTerminal(...args: readonly string[]) {
  const cwd = temporaryFolder();
  const line = [process.execPath, program, ...args].join(' ');
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, DATABASE_URL: database.url };
  const child = spawn('script', ['-qec', `exec ${line}`, '/dev/null'], { cwd, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  return {
    ended: once(child, 'exit').then(([code]) => code as number | null),
    asked: (times: number) =>
      until('the question', () => text.split(question).length - 1 === times),
    press: (keys: string) => child.stdin.write(keys),
    type: (answer: string) => child.stdin.write(`${answer}\r`),
    text: () => text,
  };
}

const wish = async () =>
  (await db.query<{ restart: string | null }>('select restart from executors'))[0]?.restart;

describe.skipIf(spawnSync('script', ['-V']).error !== undefined)('restart at a terminal', () => {
  it('shows what runs and asks; n is no restart at all', async () => {
    const terminal = atTerminal('restart');
    await terminal.asked(1);
    expect(terminal.text()).toMatch(/host-of-the-test:@default runs:\s+WORKER[^]*#\d+ nap/);
    expect(terminal.text()).toContain('[w]ait for their end');
    terminal.type('n');
    expect(await terminal.ended).toBe(1);
    expect(await wish()).toBeNull();
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s is no restart, either', async (_, key) => {
    const terminal = atTerminal('restart');
    await terminal.asked(1);
    terminal.press(key);
    expect(await terminal.ended).toBe(1);
    expect(terminal.text()).not.toMatch(/wrong|warning|error|abort/i);
    expect(await wish()).toBeNull();
  });

  it('asks again what it did not understand, and then does what it is told', async () => {
    const terminal = atTerminal('restart');
    await terminal.asked(1);
    terminal.type('perhaps');
    await terminal.asked(2);
    expect(await wish()).toBeNull();
    terminal.type('W');
    await until('the wish', async () => (await wish()) === 'wait');
    await until('it to be told', () => terminal.text().includes('It takes nothing new'));
  });

  it('asks nothing where the answer is on the line', async () => {
    await db.query(
      'update executors set restart = null, restart_at = null, restart_by = null, draining_at = null, draining_by = null',
    );
    const terminal = atTerminal('restart', '--yes');
    await until('the wish', async () => (await wish()) === 'hand_over');
    expect(terminal.text()).not.toContain(question);
  });
});
