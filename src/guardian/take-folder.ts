/** Takes possession of the data folder, which one guardian at a time may have. */
import { openSync } from 'node:fs';
import { askHello, PROTOCOL } from './ask-hello.ts';
import { type Folder, readEndpoint } from './folder.ts';
import { tryLock } from './libc.ts';
import type { Announcement, Hello } from './protocol.ts';

/**
 * The lock is the kernel's (flock), held by this process until it ends in whatever way: there is no stale one to be judged, and
 * of two that start at once exactly one gets it.
 *
 * Resolves with null when the folder is ours; else with what is to be said about who has it.
 *
 * @param onWait is told in a sentence what is being waited for
 */
export async function takeFolder(
  folder: Folder,
  waitMs: number,
  onWait: (message: string) => void,
): Promise<Announcement | null> {
  const file = openSync(folder.lockFile, 'a', 0o600);
  const until = performance.now() + waitMs;
  let waitingFor = '';
  while (!tryLock(file)) {
    const socketPath = readEndpoint(folder);
    const holder = socketPath === null ? null : await askHello(socketPath);
    if (socketPath !== null && holder?.state === 'orphaned' && holder.protocol === PROTOCOL)
      return { type: 'orphaned', socketPath, pid: holder.pid };
    if (holder?.state === 'running') {
      const message = `Kuroko is already running with this data folder (guardian: process ${holder.pid}).`;
      return { type: 'taken', pid: holder.pid, message };
    }
    const message = explain(holder);
    if (performance.now() > until)
      return { type: 'taken', pid: holder?.pid ?? null, message: `${message} It took too long.` };
    if (message !== waitingFor) onWait(message);
    waitingFor = message;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return null;
}

function explain(holder: Hello | null): string {
  if (holder?.state === 'ending') {
    return `Waiting for the former guardian (process ${holder.pid}) to end its commands.`;
  }
  if (holder?.state === 'announced') {
    return `Waiting for the former Kuroko to leave its guardian (process ${holder.pid}).`;
  }
  if (holder?.state === 'orphaned') {
    return `Waiting for the guardian of another version (process ${holder.pid}) to end.`;
  }
  return 'Waiting for another guardian that has the data folder and does not answer yet.';
}
