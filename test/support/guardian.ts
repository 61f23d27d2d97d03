/** Real guardians for tests: their folders, their mains, and looks at the processes they own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { Submission } from '../../src/guardian/protocol.ts';
import { connectGuardian } from '../../src/processes/connect-guardian.ts';
import type { Guardian } from '../../src/processes/guardian.ts';
import { type GuardianOptions, startGuardian } from '../../src/processes/start-guardian.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

/** A guardian of this test, ended with it. Its folder is a new one unless given. */
export async function guardianOfTest(options: Partial<GuardianOptions> = {}): Promise<Guardian> {
  const guardian = await startGuardian({ dataDir: temporaryFolder(), graceMs: 300, ...options });
  onTestFinished(async () => {
    guardian.close();
    await eventually(() => !isAlive(guardian.pid));
  });
  return guardian;
}

/** A command with nothing but a PATH. */
export function command(id: number, shell: string, given: Partial<Submission> = {}): Submission {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };
  return {
    id,
    shell,
    env,
    chdir: '/',
    runtimeLimitMs: null,
    graceMs: 300,
    outputCap: 1_000_000,
    secrets: [],
    ...given,
  };
}

/** A connection of its own, closed with the test. */
export async function connectionTo(guardian: { readonly socketPath: string }): Promise<Guardian> {
  const connection = await connectGuardian(guardian.socketPath);
  onTestFinished(() => connection.close());
  return connection;
}

/** A main in a process of its own, which can be killed. */
export type Main = {
  readonly process: ChildProcess;
  readonly guardianPid: number;
  readonly socketPath: string;
};

export async function startMain(dataDir: string, graceMs = 300, cgroup = true): Promise<Main> {
  const child = spawnMain({ dataDir, graceMs, cgroup });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { pid, socketPath } = JSON.parse(line.toString()) as { pid: number; socketPath: string };
  return { process: child, guardianPid: pid, socketPath };
}

/** Prints what became of its start, as one line of JSON, and stays. */
function spawnMain(options: GuardianOptions) {
  const module = new URL('../../dist/src/processes/start-guardian.js', import.meta.url).href;
  const program = `
    const { startGuardian } = await import(${JSON.stringify(module)});
    const { pid, socketPath } = await startGuardian(${JSON.stringify(options)});
    console.log(JSON.stringify({ pid, socketPath }));
    setInterval(() => undefined, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** As a power cut would, for this one process. */
export async function killHard(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Waits for a condition, which names itself when it does not come. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  await until(condition.toString(), condition);
}

/** Zombies are dead. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

/** Pids that a script wrote into a file, one a line, once there are so many. */
export async function pidsIn(file: string, count: number): Promise<number[]> {
  const read = () =>
    readFileSync(file, { encoding: 'latin1', flag: 'a+' }).split('\n').filter(Boolean).map(Number);
  await eventually(() => read().length >= count);
  return read();
}
