/** A spawn on a thread, of which the guardian's clients see nothing but that the others do not wait for it. */

import { closeSync, openSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { exitOf, spawnAside } from '../../src/guardian/libc.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

function shell(script: string, output: string) {
  const [input, file] = [openSync('/dev/null', 'r'), openSync(output, 'w')];
  onTestFinished(() => [input, file].forEach((each) => closeSync(each)));
  const stdio = [input, file, file] as const;
  return { file: '/bin/sh', args: ['/bin/sh', '-c', script], env: { A: 'b' }, stdio };
}

it('gives the pid of a program in the folder, and its exit is ours to ask for', async () => {
  const folder = realpathSync(temporaryFolder());
  const output = path.join(folder, 'output');
  const pid = await spawnAside(shell('pwd; echo $A $$; exit 3', output), folder);
  expect(pid).toBeGreaterThan(0);
  let exit: ReturnType<typeof exitOf> = null;
  await until('its exit', () => (exit = exitOf(pid ?? 0)) !== null);
  expect(exit).toEqual({ code: 3, signal: null });
  expect(readFileSync(output, 'utf8')).toBe(`${folder}\nb ${pid}\n`);
});

it('gives none where there is no such folder, no such program, or too much text', async () => {
  const folder = temporaryFolder();
  const fine = shell('true', path.join(folder, 'output'));
  const tooMuch = { ...fine, args: [...fine.args, 'x'.repeat(3_000_000)] };
  const pids = [
    await spawnAside(fine, path.join(folder, 'missing')),
    await spawnAside({ ...fine, file: '/bin/no-such-program' }, folder),
    await spawnAside(tooMuch, folder),
  ];
  expect(pids).toEqual([null, null, null]);
});

it('gives none where too many are asked for at once, and those that it gives run', async () => {
  const folder = temporaryFolder();
  const asked = Array.from({ length: 400 }, (_, index) =>
    spawnAside(shell('exit 0', path.join(folder, String(index))), folder),
  );
  const pids = await Promise.all(asked);
  const started = pids.filter((pid) => pid !== null);
  expect(pids).toContain(null);
  expect(started.length).toBeGreaterThanOrEqual(200);
  for (const pid of started) {
    await until('its exit', () => exitOf(pid)?.code === 0);
  }
});
