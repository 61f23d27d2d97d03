/** A loop of a thread: the same work again and again, until the thread is cancelled. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';

export interface Loop {
  /** As a sentence goes on: "the keeper cannot ...". */
  readonly what: string;
  /** Between the end of one round and the beginning of the next. */
  readonly ms: number;
  readonly work: () => Promise<void>;
  /** After each round that failed. */
  readonly onTrouble?: () => void;
}

/** A round that takes longer is worth a line: other loops are not held up by it. */
const slowMs = 10_000;

/** Resolves once `cancelled` is; what goes wrong is said once until it goes right again. */
export async function every(
  { what, ms, work, onTrouble }: Loop,
  cancelled: AbortSignal,
  log: Log,
): Promise<void> {
  let trouble = false;
  while (!cancelled.aborted) {
    const slow = setTimeout(() => log.warn(`the keeper waits: it cannot ${what}`), slowMs);
    try {
      await work();
      if (trouble) log.info(`the keeper can ${what} again`);
      trouble = false;
    } catch (error) {
      onTrouble?.();
      if (!trouble) log.warn({ err: error }, `the keeper cannot ${what}`);
      trouble = true;
    } finally {
      clearTimeout(slow);
    }
    await sleep(ms, undefined, { signal: cancelled }).catch(() => {});
  }
}
