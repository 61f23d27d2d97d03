/** A thread's side of its life: ready, cancelled, gone. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Log } from '../log.ts';
import type { ThreadMessage } from './threads.ts';

/** What the thread was started with: what main's plan of it says. */
export const threadData = (): unknown => workerData;

export function tellMain(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

/** Ends this thread where it stands, for main to start it again: what it lives on is gone. */
export function giveUp(log: Log, reason: string): never {
  log.error({ reason }, 'the thread gives up');
  // Of a thread this ends the thread alone.
  process.exit(1);
}

/**
 * Says that the thread is ready and runs `drain` when main asks for the end, or `leave` when it asks
 * to leave everything as it is; what the thread then still holds open must not keep it. The same
 * request again changes nothing, but who drains may still be asked to leave.
 */
export function liveUntilCancelled(drain: () => Promise<void>, leave = drain): void {
  const port = parentPort;
  if (port === null) throw new Error('this file runs as a thread');
  const ends: Partial<Record<string, () => Promise<void>>> = { cancel: drain, leave };
  const asked = new Set<string>();
  port.on('message', (message: unknown) => {
    const end = typeof message === 'string' ? ends[message] : undefined;
    if (end === undefined || asked.has(String(message))) return;
    asked.add(String(message));
    void end().finally(() => {
      tellMain('cancelled');
      port.close();
    });
  });
  tellMain('ready');
}
