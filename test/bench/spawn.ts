/** What a command costs through the guardian, against a bare spawn of the same shell in a process that does nothing else. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Guardian } from '../../src/processes/guardian.ts';
import { startGuardian } from '../../src/processes/start-guardian.ts';

const COMMANDS = Number(process.argv[2] ?? 1000);
const ROUNDS = 3;
const env = { PATH: '/usr/bin:/bin' };

/** Alternately, so that whatever else the machine does falls on both. The best round of each counts. */
async function main(): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'kuroko-bench-'));
  const guardian = await startGuardian({ dataDir, graceMs: 1000 });
  for (const slots of [1, 8, 64]) {
    const bare: number[] = [];
    const guarded: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await perSecond(slots, () => bareSpawn()));
      guarded.push(
        await perSecond(slots, (id) =>
          throughGuardian(guardian, round * 1_000_000 + slots * 10_000 + id),
        ),
      );
    }
    report(slots, Math.max(...bare), Math.max(...guarded));
  }
  process.stdout.write(
    `guardian: ${residentMb(guardian.pid)} MB resident, this process: ${residentMb(process.pid)} MB\n`,
  );
  await guardian.end(1000);
  rmSync(dataDir, { recursive: true });
}

async function perSecond(slots: number, run: (id: number) => Promise<void>): Promise<number> {
  let next = 0;
  const from = performance.now();
  const slot = async () => {
    while (next < COMMANDS) {
      next += 1;
      await run(next);
    }
  };
  await Promise.all(Array.from({ length: slots }, slot));
  return (COMMANDS * 1000) / (performance.now() - from);
}

function bareSpawn(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', 'true'], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.resume();
    child.stderr.resume();
    child.on('error', reject);
    child.on('close', () => resolve());
  });
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
  });
  await guardian.ended(id);
  guardian.ack(id);
}

function report(slots: number, bare: number, guarded: number): void {
  const text = [
    `${String(slots).padStart(2)} at a time:`,
    `bare ${bare.toFixed(0)}/s,`,
    `guardian ${guarded.toFixed(0)}/s,`,
    `guardian takes ${(bare / guarded).toFixed(2)} times as long`,
  ];
  process.stdout.write(`${text.join(' ')}\n`);
}

function residentMb(pid: number): string {
  const [, kilobytes = '0'] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return (Number(kilobytes) / 1024).toFixed(0);
}

await main();
