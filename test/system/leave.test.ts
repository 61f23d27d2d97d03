import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { defineCounting, expectEachCountedOnce } from '../support/counting-commands.ts';
import { executable, startProgram } from '../support/program.ts';
import {
  countOn,
  countWith,
  homeOfTest,
  readyAgain,
  restartTimeout,
} from '../support/restarting.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: restartTimeout });

describe('a start that is to leave', () => {
  it('ends with the code that means start me again, and whoever is started next goes on; killed, nothing is left', async () => {
    const at = await homeOfTest();
    const first = await startProgram(at, {}, ['--leave']);
    const counting = await defineCounting(at, { everySeconds: 0.3 });
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
    const at = await homeOfTest();
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
