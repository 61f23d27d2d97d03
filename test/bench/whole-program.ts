/**
 * The built program, `kuroko start` with everything, beside a Slack that only answers: its memory
 * when idle and under a gigabyte of output, and how late its event loop is during the burst.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { finding, median, type Finding } from './finding.ts';
import { startKuroko } from './start-kuroko.ts';
import { untilEnded } from './until-ended.ts';
import { startSlackStandIn } from '../support/slack-stand-in.ts';
import { define, launchMany, openDatabase } from '../support/operations.ts';
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';
import type { Servers } from './servers.ts';

const probe = new URL('./lag-probe.js', import.meta.url).href;
const burst = 1_000;
const bursts = 5;
const gigabyte = 'head -c 1000000000 /dev/zero | tr "\\0" x';

export async function wholeProgram(servers: Servers): Promise<Finding[]> {
  const url = await servers.migrated('program');
  const slack = await startSlackStandIn();
  const db = openDatabase(url, { max: 2 });
  const program = await startProgram(url, slack.apiUrl);
  try {
    const idle = await program.settled();
    const { growth, peak } = await underOutput(db, program);
    const { own, idler } = await lagOfBursts(db, program);
    const lag = `median ${own.p50.toFixed(1)} ms, at most ${own.max.toFixed(1)} ms; medians of ${bursts} bursts of ${burst} instances, each told in Slack; p99 of a process beside it that does nothing ${idler.p99.toFixed(1)} ms`;
    const memory = `${idle.detail} right after the start`;
    return [
      finding(
        'Idle main and guardian, resident',
        idle.mb,
        { at: 'most', reach: 250, aim: 180, unit: ' MB' },
        memory,
      ),
      finding(
        'Their growth under 1 GB of output',
        growth,
        { at: 'most', reach: 50, unit: ' MB' },
        `${peak.toFixed(0)} MB at most`,
      ),
      finding(
        "Lag of main's event loop during the burst, p99",
        own.p99,
        { at: 'most', reach: 5, aim: 3, unit: ' ms' },
        lag,
      ),
    ];
  } finally {
    await program.stop();
    await db.close();
    await slack.stop();
  }
}

/** Resident memory is looked at every 50 ms: twice a gigabyte, for the first finds caches empty. */
async function underOutput(db: Database, program: Program) {
  const { id } = await define(db, `execute: ${gigabyte}\n`, { slackChannel: '#general' });
  const before = program.resident().mb;
  let peak = 0;
  const look = setInterval(() => (peak = Math.max(peak, program.resident().mb)), 50);
  await launchMany(db, id, 1);
  await untilEnded(db);
  clearInterval(look);
  return { growth: peak - before, peak };
}

/** Also of a process that does nothing: what the machine alone makes late. */
async function lagOfBursts(db: Database, program: Program) {
  const { id } = await define(db, 'execute: true\n', { slackChannel: '#general' });
  const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-bench-idler-'));
  const idler = startIdler(path.join(folder, 'lag'));
  try {
    await idler.ready;
    await program.lag();
    await idler.lag();
    const own: Lag[] = [];
    const others: Lag[] = [];
    while (own.length < bursts) {
      for (let left = burst; left > 0; left -= 50) await launchMany(db, id, 50);
      await untilEnded(db);
      own.push(await program.lag());
      others.push(await idler.lag());
    }
    return { own: medianLag(own), idler: medianLag(others) };
  } finally {
    idler.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function startIdler(lagFile: string) {
  const sleeping = 'console.log("ready"); setInterval(() => {}, 1e6)';
  const child = spawn(process.execPath, ['--import', probe, '-e', sleeping], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BENCH_LAG_FILE: lagFile },
  });
  return {
    ready: once(child.stdout, 'data'),
    lag: () => lagSinceTheLast(child, lagFile),
    stop: () => child.kill('SIGKILL'),
  };
}

/** Of the event loop of a process with the probe, in milliseconds. */
interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const medianLag = (lags: readonly Lag[]): Lag => ({
  p50: median(lags.map(({ p50 }) => p50)),
  p99: median(lags.map(({ p99 }) => p99)),
  max: Math.max(...lags.map(({ max }) => max)),
});

async function lagSinceTheLast(child: ChildProcess, lagFile: string): Promise<Lag> {
  rmSync(lagFile, { force: true });
  child.kill('SIGUSR2');
  await until('the lag to be told', () => existsSync(lagFile), 10_000);
  return JSON.parse(readFileSync(lagFile, 'utf8')) as Lag;
}

interface Program {
  /** Main and guardian now. */
  resident(): { readonly mb: number; readonly detail: string };
  /** The same once it does not fall any more. */
  settled(): Promise<{ readonly mb: number; readonly detail: string }>;
  lag(): Promise<Lag>;
  stop(): Promise<void>;
}

async function startProgram(databaseUrl: string, apiUrl: string): Promise<Program> {
  const lagFileOf = (folder: string) => path.join(folder, 'lag');
  const { child, folder, stop } = await startKuroko({
    databaseUrl,
    slackApiUrl: apiUrl,
    options: ['--import', probe],
    env: (home) => ({ BENCH_LAG_FILE: lagFileOf(home) }),
  });
  const lagFile = lagFileOf(folder);
  const pid = child.pid ?? 0;
  const guardian = childrenOf(pid).find(({ command }) => command.includes('guardian'))?.pid ?? 0;
  const resident = () => {
    const [main, small] = [residentMb(pid), residentMb(guardian)];
    return { mb: main + small, detail: `main ${main.toFixed(0)}, guardian ${small.toFixed(0)} MB` };
  };
  return {
    resident,
    async settled() {
      await sleep(10_000);
      return resident();
    },
    lag: () => lagSinceTheLast(child, lagFile),
    stop,
  };
}

function childrenOf(pid: number): { pid: number; command: string }[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .map((child) => ({
      pid: child,
      command: readFileSync(`/proc/${child}/cmdline`, 'latin1').replaceAll('\0', ' '),
    }));
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
