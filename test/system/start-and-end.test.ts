import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import {
  createHome,
  postInstance,
  runProgram,
  startProgram,
  statusOf,
  type Home,
} from '../support/program.ts';
import { peopleOf } from '../support/local-slack.ts';
import { until } from '../support/until.ts';

const homes: Home[] = [];
const home = async (config?: string): Promise<Home> => {
  const made = await createHome(config);
  homes.push(made);
  return made;
};
afterEach(async () => {
  for (const made of homes.splice(0)) await made.remove();
}, 60_000);

const gone = (of: Home) => until('every process to be gone', () => of.leftovers().length === 0);

/** Ten seconds are what an end may take; more where the machine is so busy that the start took longer, too. */
const mostMs = (startMs: number) => Math.max(10_000, 3 * startMs);

/** A command that does not end at TERM. */
async function launchStubborn(at: Home): Promise<void> {
  const file = path.join(at.dataDir, 'stubborn.yml');
  const script = `execute: trap '' TERM; sleep 517; sleep 518`;
  writeFileSync(file, `name: stubborn\nadmins: [U01ALICE]\nscript: |\n  ${script}\n`);
  await runProgram(at, ['apply', file]);
  await runProgram(at, ['launch', 'stubborn']);
  await until('it to run', () => at.commands('sleep 517').length === 2);
}

describe('a second start', () => {
  it('on the same folder says so and exits; the first goes on, and SIGINT ends all of it within ten seconds', async () => {
    const at = await home();
    const began = performance.now();
    const program = await startProgram(at);
    const startMs = performance.now() - began;
    await postInstance(program, 3);
    const second = await runProgram(at, ['start'], { PORT: '5999' });
    expect(second.code).toBe(1);
    expect(second.text).toMatch(/already running/);
    expect(second.text.trim().split('\n')).toHaveLength(1);
    expect((await fetch(`http://127.0.0.1:${program.port}/healthz`)).status).toBe(200);
    await until('the command to run', () => at.commands('tick $i of 60').length > 0);
    const asked = performance.now();
    program.child.kill('SIGINT');
    expect(await program.ended).toBe(0);
    expect(performance.now() - asked).toBeLessThan(mostMs(startMs));
    expect(at.leftovers()).toEqual([]);
  });
});

describe('the end', () => {
  it('by SIGTERM reaches the program through npm, and leaves no command, no server and nothing else', async () => {
    const at = await home();
    const root = new URL('../..', import.meta.url).pathname;
    // Without the build before it, which other tests are running from.
    const began = performance.now();
    const npm = spawn('npm', ['start', '--ignore-scripts'], { cwd: root, env: { ...at.env } });
    let said = '';
    npm.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    await until('it to be ready', () => said.includes('Ctrl-C ends everything.'), 90_000);
    const startMs = performance.now() - began;
    const client = /ask for a name and a key: (\S+) \/ (\S+)/.exec(said);
    await postInstance(
      { port: Number(at.env['PORT']), client: `${client?.[1] ?? ''}:${client?.[2] ?? ''}` },
      3,
    );
    await until('the command to run', () => at.commands('tick $i of 60').length > 0);
    const asked = performance.now();
    npm.kill('SIGTERM');
    await once(npm, 'close');
    await gone(at);
    expect(performance.now() - asked).toBeLessThan(mostMs(startMs));
    expect(said).toContain('Ending');
  });

  it('is survived: the next start is ready again and knows what became of the command', async () => {
    const at = await home('kill_grace: 60\n');
    const first = await startProgram(at);
    const id = await postInstance(first, 3);
    await until('the command to run', () => at.commands('tick $i of 60').length > 0);
    first.child.kill('SIGTERM');
    await first.ended;
    const second = await startProgram(at);
    expect(await statusOf(second, 3, id)).toBe('error');
    // The local Slack keeps nothing; what waits for somebody is told of anew.
    const people = await peopleOf(`${second.slackUrl}/_control`);
    const told = await people.waitForMessage((message) =>
      JSON.stringify(message.blocks).includes(`/instances/${id}|`),
    );
    expect(told.text).toContain('failed');
    expect(JSON.stringify(told.blocks)).toContain('"Retry"');
    const { text } = await runProgram(at, ['logs', String(id)]);
    expect(text).toMatch(/group empty at [\d:]+ UTC, seen by \S+: it was stopped as Kuroko ended/);
    const again = await runProgram(at, ['retry', String(id)]);
    expect(again.code).toBe(0);
    await until('it to run again', async () => (await statusOf(second, 3, id)) === 'working');

    // Asked a second time, it ends at once, and what has a minute to end is killed.
    await launchStubborn(at);
    second.child.kill('SIGINT');
    await until('the end to begin', () => second.text().includes('Once more ends at once.'));
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(130);
    await gone(at);
  });
});

describe('one sentence, and exit 1, for', () => {
  it('a port in use', async () => {
    const at = await home();
    const other = createServer().listen(Number(at.env['PORT']));
    await once(other, 'listening');
    const { code, text } = await runProgram(at, ['start']);
    other.close();
    expect(code).toBe(1);
    expect(text).toContain(`Port ${at.env['PORT']} is already in use`);
    await gone(at);
  });

  it('a configuration with three mistakes: all three', async () => {
    const at = await home('time_zone: Mars\nslak: {}\nkill_grace: soon\n');
    const { code, text } = await runProgram(at, ['start'], { NUM_WORKERS: 'many' });
    expect(code).toBe(1);
    for (const name of ['time_zone', 'slak', 'kill_grace', 'NUM_WORKERS'])
      expect(text).toContain(name);
    expect(text).not.toContain('    at ');
    expect(at.leftovers()).toEqual([]);
  });

  it('a database that refuses us', async () => {
    const at = await home();
    const url = new URL(inject('postgresUrl'));
    url.pathname = '/no_such_database';
    const { code, text } = await runProgram(at, ['start'], { DATABASE_URL: url.href });
    expect(code).toBe(1);
    expect(text).toMatch(/database .* refuses us: .*does not exist/);
    expect(text).not.toContain(url.password);
    await gone(at);
  });
});
