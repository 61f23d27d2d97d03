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
 * Says that the thread is ready and runs `drain` when main asks for the end; what the thread then
 * still holds open must not keep it. A second request changes nothing.
 */
export function liveUntilCancelled(drain: () => Promise<void>): void {
  const port = parentPort;
  if (port === null) throw new Error('this file runs as a thread');
  let cancelled = false;
  port.on('message', (message: unknown) => {
    if (message !== 'cancel' || cancelled) return;
    cancelled = true;
    void drain().finally(() => {
      tellMain('cancelled');
      port.close();
    });
  });
  tellMain('ready');
}
