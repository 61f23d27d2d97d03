/** What runs on this machine, seen from outside the program under test. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LiveProcess {
  readonly pid: number;
  readonly group: number;
  readonly command: string;
}

/** Processes, zombies not counted, with this text in their environment. */
export function processesMarked(marker: string): LiveProcess[] {
  return liveProcesses().filter(({ pid }) => readOf(pid, 'environ').includes(marker));
}

/**
 * Waits until no process has this text in its environment. Looking at every process takes tens of
 * milliseconds, in which the proxies of the same test stand still: so it looks seldom.
 */
export async function untilNoneMarked(marker: string, mostMs: number): Promise<void> {
  const deadline = performance.now() + mostMs;
  for (;;) {
    const left = processesMarked(marker);
    if (left.length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(`still alive: ${left.map(({ command }) => command).join(', ')}`);
    }
    await sleep(250);
  }
}

/** Members, zombies not counted, of a process group. */
export function processesInGroup(group: number): LiveProcess[] {
  return liveProcesses().filter((one) => one.group === group);
}

/** Processes, zombies not counted, whose command line contains this text. */
export function processesNamed(text: string): LiveProcess[] {
  return liveProcesses().filter(
    ({ command, pid }) => pid !== process.pid && command.includes(text),
  );
}

function liveProcesses(): LiveProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name);
      // `pid (name) state ppid pgrp ...`: the name may hold anything, so count from its end.
      const [state, , group] = readOf(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
      if (state === undefined || state === '' || state === 'Z' || state === 'X') return [];
      const command = readOf(pid, 'cmdline').replaceAll('\0', ' ');
      return [{ pid, group: Number(group), command }];
    });
}

/** Empty for a process that is gone meanwhile. */
function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
