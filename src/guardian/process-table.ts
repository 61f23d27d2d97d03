/** The processes of this machine, as /proc tells them. Linux only. */
import { Buffer } from 'node:buffer';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { readPageSize } from './page-size.ts';

export type ProcessEntry = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks between boot and its start: with the pid and the boot it names one process for ever. */
  readonly start: number;
  /** Ended, and only waiting for its parent to notice: it counts as gone. */
  readonly zombie: boolean;
  /** Resident memory in bytes. */
  readonly memory: number;
};

const pageSize = readPageSize();

/** All processes that can be seen now. One call costs about 15 microseconds a process. */
export function readProcesses(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const entry = Number.isInteger(pid) ? readProcess(pid) : null;
    if (entry) entries.push(entry);
  }
  return entries;
}

/** Null when there is no such process. */
export function readProcess(pid: number): ProcessEntry | null {
  const stat = readSmallFile(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in parentheses, in which anything may stand, parentheses too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    start: Number(fields[19]),
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    memory: Number(fields[21]) * pageSize,
  };
}

/**
 * This process and those above it. They are never ended, whatever they carry: a command may restart Kuroko itself, and its
 * marker is then in the environment of the new main, of whatever started that, and of this very process.
 */
export function ourselves(): ProcessEntry[] {
  const found: ProcessEntry[] = [];
  for (let entry = readProcess(process.pid); entry; entry = readProcess(entry.parent))
    found.push(entry);
  return found;
}

export function isKernelThread({ pid, parent }: ProcessEntry): boolean {
  return pid === 2 || parent === 2;
}

/** The variables with which a process was started, as `NAME=value`; empty when it is gone, or belongs to somebody else. */
export function readEnvironment(pid: number): string[] {
  return orNull(() => readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')) ?? [];
}

/** Random, new at every boot of the machine. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

const buffer = Buffer.allocUnsafe(4096);

/** A third of the cost of readFileSync, and there are many of them. */
function readSmallFile(path: string): string | null {
  return orNull(() => {
    const file = openSync(path, 'r');
    try {
      return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
    } finally {
      closeSync(file);
    }
  });
}

const GONE = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** Whatever else fails, for want of file descriptors say, must not read as "nothing is left". */
function orNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && GONE.has(String(error.code))) return null;
    throw error;
  }
}
