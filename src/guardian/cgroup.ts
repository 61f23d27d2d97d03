/**
 * A control group (cgroup v2) of the guardian's own: whatever its commands start is in it, whatever it does to its environment, its
 * session and its parents. The guardian enters it once, before it starts anything: to move a process takes a lock of the whole
 * kernel, some milliseconds, too much for each command; to be born in one costs nothing.
 */
import { Buffer } from 'node:buffer';
import {
  accessSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { complain } from './complain.ts';

export type Cgroup = {
  readonly path: string;
  /** Living processes in it, the guardian too, without those in cgroups that somebody made below. Costs 5 microseconds. */
  readonly pids: () => number[];
  /** What is started meanwhile is not in it. */
  readonly outside: <Value>(start: () => Value) => Value;
  /** For good: then only what is to be ended is in it. */
  readonly leave: () => void;
};

const PREFIX = 'kuroko-';

/** Where one can be made for this epoch; null where there is no cgroup v2, or none that this user may write, as in most containers. */
export function placeForCgroup(epoch: string): string | null {
  const home = ownCgroup();
  if (home === null) return null;
  try {
    accessSync(home, constants.W_OK);
    accessSync(join(home, 'cgroup.procs'), constants.W_OK);
    return join(home, `${PREFIX}${epoch}`);
  } catch {
    return null;
  }
}

/** Makes it and moves this process there; null when the system does not let it. */
export function enterCgroup(path: string): Cgroup | null {
  const home = join(path, '..');
  const move = (to: string) => writeFileSync(join(to, 'cgroup.procs'), String(process.pid));
  const moved = (to: string): boolean => {
    try {
      move(to);
      return true;
    } catch (error) {
      complain('The control group of the commands is lost', error);
      return false;
    }
  };
  let processes: number;
  try {
    mkdirSync(path);
    processes = openSync(join(path, 'cgroup.procs'), 'r');
    move(path);
  } catch (error) {
    complain('Commands get no control group of their own', error);
    removeCgroup(path);
    return null;
  }
  let left = false;
  return {
    path,
    pids: () => toPids(readFromStart(processes).split('\n')),
    outside(start) {
      if (left) return start();
      move(home);
      try {
        return start();
      } finally {
        left = !moved(path);
      }
    },
    leave() {
      if (!left) moved(home);
      left = true;
    },
  };
}

/** Living processes in a cgroup and those below it; none when there is no such cgroup. */
export function pidsIn(path: string): number[] {
  return [...toPids(readLines(join(path, 'cgroup.procs'))), ...below(path).flatMap(pidsIn)];
}

function isPopulated(path: string): boolean {
  return readLines(join(path, 'cgroup.events')).includes('populated 1');
}

/** Whether this very process is in it: then it is not to be ended as a whole. */
export function isInside(path: string): boolean {
  const own = ownCgroup();
  return own === path || Boolean(own?.startsWith(`${path}/`));
}

/** KILL to all of it at once, so that nobody slips through by forking. Resolves with whether nothing is left, in five seconds at most. */
export async function killCgroup(path: string): Promise<boolean> {
  const until = performance.now() + 5000;
  while (isPopulated(path) && performance.now() < until) {
    killAll(path);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return !isPopulated(path);
}

/** With those below it. What is not empty stays, and so does what this user did not make. */
export function removeCgroup(path: string): void {
  for (const child of below(path)) removeCgroup(child);
  try {
    rmdirSync(path);
  } catch {
    return;
  }
}

function killAll(path: string): void {
  try {
    writeFileSync(join(path, 'cgroup.kill'), '1');
  } catch {
    // Before Linux 5.14 one by one, and again.
    for (const pid of pidsIn(path)) killOne(pid);
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
}

/** The folder of this process's own cgroup v2, where it is mounted and can be seen; null otherwise. */
function ownCgroup(): string | null {
  const own = readLines('/proc/self/cgroup').find((line) => line.startsWith('0::/'));
  if (own === undefined || own.includes('/..')) return null;
  for (const line of readLines('/proc/self/mountinfo')) {
    const [before = '', after = ''] = line.split(' - ');
    if (!after.startsWith('cgroup2 ')) continue;
    const [, , , root = '/', mountPoint = ''] = before.split(' ');
    const path = own.slice('0::'.length);
    if (root === '/') return join(mountPoint, path);
    if (path === root || path.startsWith(`${root}/`))
      return join(mountPoint, path.slice(root.length));
  }
  return null;
}

const buffer = Buffer.allocUnsafe(4096);

/** A file kept open is read in a third of the time. Nothing when its cgroup has been removed. */
function readFromStart(file: number): string {
  let text = '';
  try {
    for (let length = -1; length !== 0;) {
      length = readSync(file, buffer, 0, buffer.length, text.length);
      text += buffer.toString('latin1', 0, length);
    }
  } catch {
    return '';
  }
  return text;
}

/** A process of another pid namespace is told as 0. */
function toPids(lines: readonly string[]): number[] {
  return lines.map(Number).filter((pid) => pid > 0);
}

function below(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  } catch {
    return [];
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
