/** What a command costs through the guardian, against a bare spawn of the same shell in a process that does nothing else. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Guardian } from '../../src/processes/guardian.ts';
import { runShell } from './run-shell.ts';
import { startGuardian } from '../../src/processes/start-guardian.ts';

const COMMANDS = Number(process.argv[2] ?? 1000);
const ROUNDS = 3;
const env = { PATH: '/usr/bin:/bin' };

/**
 * Alternately, so that whatever else the machine does falls on both. The best round of each counts; processor time (of the
 * process that starts the commands, without theirs) hardly depends on what else the machine does.
 */
async function main(): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'kuroko-bench-'));
  const guardian = await startGuardian({ dataDir, graceMs: 1000 });
  let nextId = 1;
  for (const slots of [1, 8, 64]) {
    const bare: Measure[] = [];
    const guarded: Measure[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await measure(process.pid, slots, () => runShell('true')));
      guarded.push(await measure(guardian.pid, slots, () => throughGuardian(guardian, nextId++)));
    }
    report(slots, best(bare), best(guarded));
  }
  const memory = `guardian: ${residentMb(guardian.pid)} MB resident, this process: ${residentMb(process.pid)} MB`;
  process.stdout.write(`${memory}\n`);
  await guardian.end(1000);
  rmSync(dataDir, { recursive: true });
}

type Measure = { readonly perSecond: number; readonly processorMs: number };

async function measure(pid: number, slots: number, run: () => Promise<unknown>): Promise<Measure> {
  const before = processorMs(pid);
  const rate = await perSecond(slots, run);
  return { perSecond: rate, processorMs: (processorMs(pid) - before) / COMMANDS };
}

function best(measures: readonly Measure[]): Measure {
  return {
    perSecond: Math.max(...measures.map((one) => one.perSecond)),
    processorMs: Math.min(...measures.map((one) => one.processorMs)),
  };
}

/** User and system time; /proc counts in hundredths of a second. */
function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function perSecond(slots: number, run: () => Promise<unknown>): Promise<number> {
  let next = 0;
  const from = performance.now();
  const slot = async () => {
    while (next < COMMANDS) {
      next += 1;
      await run();
    }
  };
  await Promise.all(Array.from({ length: slots }, slot));
  return (COMMANDS * 1000) / (performance.now() - from);
}

async function throughGuardian(guardian: Guardian, id: number): Promise<void> {
  guardian.submit({
    id,
    shell: 'true',
    env,
    chdir: '/',
    runtimeLimitMs: null,
    graceMs: 1000,
    outputCap: 1_000_000,
    secrets: [],
  });
  await guardian.ended(id);
  guardian.ack(id);
}

function report(slots: number, bare: Measure, guarded: Measure): void {
  const text = [
    `${String(slots).padStart(2)} at a time:`,
    `bare ${bare.perSecond.toFixed(0)}/s (${bare.processorMs.toFixed(2)} ms of processor),`,
    `guardian ${guarded.perSecond.toFixed(0)}/s (${guarded.processorMs.toFixed(2)} ms),`,
    `${(bare.perSecond / guarded.perSecond).toFixed(2)} times as long`,
  ];
  process.stdout.write(`${text.join(' ')}\n`);
}

function residentMb(pid: number): string {
  const [, kilobytes = '0'] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return (Number(kilobytes) / 1024).toFixed(0);
}

await main();
