import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  defineCounting,
  expectEachCountedOnce,
  type CountingCommands,
} from '../support/counting-commands.ts';
import { createTestDatabase } from '../support/database.ts';
import { peopleOf } from '../support/local-slack.ts';
import {
  createHome,
  executable,
  postInstance,
  runProgram,
  spawnExecutor,
  startProgram,
  type Home,
  type Program,
} from '../support/program.ts';
import { until } from '../support/until.ts';

// Each starts the whole program three or four times: more than a minute on a machine with more to do.
vi.setConfig({ testTimeout: 240_000 });

const homes: Home[] = [];
const home = async (config?: string): Promise<Home> => {
  const made = await createHome(config);
  homes.push(made);
  return made;
};
afterEach(async () => {
  for (const made of homes.splice(0)) await made.remove();
}, 60_000);

/** Launched, and counting. */
async function countWith(
  program: Program,
  counting: CountingCommands,
  commands: number,
): Promise<number[]> {
  const ids: number[] = [];
  for (let n = 0; n < commands; n += 1)
    ids.push(await postInstance(program, counting.definitionId));
  await until('all of them to count', () => counting.journal().size === commands, 60_000);
  return ids;
}

const timesSaid = ({ text }: Pick<Program, 'text'>, what: string): number =>
  text().split(what).length - 1;
const readyAgain = (program: Pick<Program, 'text'>, times: number, ready = 'Ctrl-C ends') =>
  until('it to be ready again', () => timesSaid(program, ready) === times, 90_000);

/** All of them have counted on since now. */
async function countOn(counting: CountingCommands): Promise<void> {
  const before = counting.journal();
  await until('all to count on', () => {
    const now = counting.journal();
    return [...before].every(
      ([id, { numbers }]) => (now.get(id)?.numbers.length ?? 0) > numbers.length,
    );
  });
}

describe('a restart with hand-over', () => {
  it('twice under twenty commands loses no line, starts none again, and keeps the process', async () => {
    const at = await home();
    const program = await startProgram(at, { NUM_WORKERS: '20' });
    const people = await peopleOf(`${program.slackUrl}/_control`);
    const counting = await defineCounting(at, { everySeconds: 0.1 });
    const ids = await countWith(program, counting, 20);
    const restarted = await runProgram(at, ['restart']);
    expect(restarted.text).toContain('20 of 20 commands went over, 0 have ended');
    expect(restarted.code).toBe(0);
    await readyAgain(program, 2);
    program.child.kill('SIGHUP');
    await readyAgain(program, 3);
    await countOn(counting);
    counting.tellToEnd();
    await expectEachCountedOnce(counting, program.databaseUrl, ids);
    // The local Slack was kept as well: each run has one message, and that has come to its end.
    await until(
      'every message to say so',
      async () => {
        const said = (await people.messages()).map(({ blocks }) => JSON.stringify(blocks));
        return ids.every((id) => {
          const about = said.filter((blocks) => blocks.includes(`/instances/${id}|`));
          return about.length === 1 && about[0]?.includes('finished');
        });
      },
      60_000,
    );
    expect(program.child.exitCode).toBe(null);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(at.leftovers()).toEqual([]);
  });

  it('is refused while the program would not start, tried again when it did not, and leaves nothing at the end', async () => {
    const at = await home();
    const program = await startProgram(at);
    const counting = await defineCounting(at, { everySeconds: 0.1 });
    await countWith(program, counting, 1);

    const good = 'kill_grace: 1\n';
    const configFile = at.env['KUROKO2_CONFIG'] ?? '';
    writeFileSync(configFile, 'slak: {}\n');
    const refused = await runProgram(at, ['restart'], { KUROKO2_CONFIG: '' });
    expect(refused.text).toContain('goes on as it is');
    expect(refused.text).toContain('slak');
    expect(refused.code).toBe(1);
    expect(timesSaid(program, 'Ctrl-C ends')).toBe(1);
    await countOn(counting);

    // What nobody could know before: its port goes to somebody else while it is free for a moment.
    writeFileSync(configFile, good);
    const restarting = runProgram(at, ['restart', '--yes']);
    const thief = await takePort(Number(at.env['PORT']));
    await until('the next one to give up', () => program.text().includes('did not start'), 60_000);
    expect(program.text()).toContain('1 commands that were handed over run on');
    await countOn(counting);
    thief.close();
    await readyAgain(program, 2);
    expect((await restarting).text).toContain('1 of 1 commands went over');

    // Asked to end in the midst of a hand-over, the end comes.
    program.child.kill('SIGHUP');
    await until('it to leave', () => timesSaid(program, '"type":"hand_over"') === 2, 60_000);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(at.leftovers()).toEqual([]);
  });
});

describe('a start that is to leave', () => {
  it('ends with the code that means start me again, and whoever is started next goes on; killed, nothing is left', async () => {
    const at = await home();
    const first = await startProgram(at, {}, ['--leave']);
    const counting = await defineCounting(at, { everySeconds: 0.1 });
    const ids = await countWith(first, counting, 1);
    first.child.kill('SIGHUP');
    expect(await first.ended).toBe(75);
    await countOn(counting);
    const second = await startProgram(at);
    expect(second.text()).toContain('Going on with 1 commands that were handed over.');
    counting.tellToEnd();
    await expectEachCountedOnce(counting, second.databaseUrl, ids);
    // It has a guardian that it did not start, and is a supervisor after this.
    second.child.kill('SIGHUP');
    await readyAgain(second, 2);
    second.child.kill('SIGKILL');
    await until('nothing of it to be left', () => at.leftovers().length === 0, 30_000);
  });
});

describe('a terminal that is closed', () => {
  it('ends what was started in it in order, although SIGHUP means a restart elsewhere', async () => {
    const at = await home();
    const log = path.join(at.dataDir, 'stderr');
    const command = `exec ${process.execPath} ${executable} start 2> ${log}`;
    // It has the other end of the terminal.
    const terminal = spawn('script', ['--quiet', '--flush', '--command', command, '/dev/null'], {
      env: { ...at.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await readyAgain({ text: () => text }, 1);
    terminal.kill('SIGKILL');
    await until('nothing of it to be left', () => at.leftovers().length === 0, 30_000);
    const said = readFileSync(log, 'utf8');
    expect(said).toContain('"reason":"SIGHUP"');
    expect(said).not.toContain('Assertion failed');
  });
});

describe('an executor', () => {
  it('is restarted in its place, waits for its commands when it is to, and leaves nothing when it is killed', async () => {
    const database = await createTestDatabase({ empty: true });
    const env = { DATABASE_URL: database.url };
    const [here, there] = [await home(), await home()];
    const program = await startProgram(here, { ...env, HOSTNAME: 'start-host' });
    const flags = ['--queue', 'batch', '--workers', '2'];
    const executor = spawnExecutor(there, flags, { ...env, HOSTNAME: 'batch-host' });
    await executor.ready();
    const counting = await defineCounting(here, { everySeconds: 0.1, queue: 'batch' }, env);
    const ids = await countWith(program, counting, 2);

    executor.child.kill('SIGHUP');
    await readyAgain(executor, 2, 'Executor is ready');
    await countOn(counting);
    const unsaid = await runProgram(here, ['restart'], env);
    expect(unsaid.text).toContain('There are several executors');
    expect(unsaid.code).toBe(1);
    const waiting = runProgram(here, ['restart', 'batch-host', '--wait', '--json'], env);
    await until('it to take nothing new', async () => {
      const { text } = await runProgram(here, ['workers', '--json'], env);
      return /"host":"batch-host"[^}]*"draining_at":"/.test(text);
    });
    await countOn(counting);
    counting.tellToEnd();
    expect(JSON.parse((await waiting).text)).toMatchObject({
      outcome: 'restarted',
      ended: 2,
      went_over: 0,
      lost: 0,
    });
    await readyAgain(executor, 3, 'Executor is ready');
    await expectEachCountedOnce(counting, database.url, ids);

    executor.child.kill('SIGKILL');
    await until('nothing of it to be left', () => there.leftovers().length === 0, 30_000);
    const alone = await runProgram(here, ['restart', 'start-host', '--stop'], env);
    expect(alone.text).toMatch(/start-host:@default was started again in [\d.]+ s\./);
    await database.drop();
  });
});

/** Takes it as soon as it is free. */
async function takePort(port: number): Promise<Server> {
  return until(
    `port ${port} to be free`,
    async () => {
      const server = createServer();
      server.listen(port);
      const won = await Promise.race([
        once(server, 'listening').then(() => true),
        once(server, 'error').then(() => false),
      ]).catch(() => false);
      return won && server;
    },
    60_000,
  );
}
