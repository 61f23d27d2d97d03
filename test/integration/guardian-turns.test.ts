/** Turns on a processor: those of main are short, and all else is as it was. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { takeShortTurns } from '../../src/guardian/short-turns.ts';
import { command, connectionTo, eventually, startMain } from '../support/guardian.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const [major = 0, minor = 0] = os.release().split('.').map(Number);
/** Linux before 6.12 gives all the same. */
const hasTurns = major > 6 || (major === 6 && minor >= 12);

const inSched = /se\.slice\s*:\s*(\d+)/g;
const turns = (sched: string): string[] =>
  [...sched.matchAll(inSched)].map(([, turn = '']) => turn);
const sched = (pid: number): string => readFileSync(`/proc/${pid}/sched`, 'latin1');
const [ordinary] = turns(sched(1));
const short = hasTurns ? '100000' : ordinary;

/** In nanoseconds. */
const turnOf = (pid: number): string | undefined => turns(sched(pid))[0];

function sleeper(nice: number): number {
  const child = spawn('sleep', ['60']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  os.setPriority(pid, nice);
  return pid;
}

it('are short for a thread that asks, which is as nice as before', () => {
  const [asked, other] = [sleeper(3), sleeper(3)];
  expect(takeShortTurns(asked)).toBe(hasTurns);
  expect([turnOf(asked), turnOf(other)]).toEqual([short, ordinary]);
  expect(os.getPriority(asked)).toBe(3);
  expect(takeShortTurns(asked)).toBe(hasTurns);
});

it('are not for a thread that does not exist, or of another policy', async () => {
  expect(takeShortTurns(2 ** 30)).toBe(false);
  const batch = spawn('chrt', ['--batch', '0', 'sleep', '60']);
  onTestFinished(() => void batch.kill('SIGKILL'));
  const pid = batch.pid ?? 0;
  await eventually(() => readFileSync(`/proc/${pid}/comm`, 'latin1') === 'sleep\n');
  expect(takeShortTurns(pid)).toBe(false);
  expect(turnOf(pid)).toBe(ordinary);
});

it('are short for main, and ordinary for its guardian and for commands', async () => {
  const main = await startMain(temporaryFolder(), 700);
  const client = await connectionTo(main);
  client.submit(command(1, 'cat /proc/$$/sched; sleep 60 & cat /proc/$!/sched; kill $!'));
  const { output } = await client.ended(1);
  expect(turnOf(main.process.pid ?? 0)).toBe(short);
  expect(turnOf(client.pid)).toBe(ordinary);
  expect(turns(output?.toString() ?? '')).toEqual([ordinary, ordinary]);
});
