/** Tries again, less and less often. */
import { setTimeout as pause } from 'node:timers/promises';

/** 1 s, 2 s, 4 s ... 30 s, each with up to half of it taken off so that many do not come as one. */
function backoff(failures: number): number {
  const full = Math.min(30_000, 1_000 * 2 ** Math.max(0, failures - 1));
  return full * (1 - Math.random() / 2);
}

/** Waits before the next try; false when `signal` ended the wait. */
export async function waitBeforeTry(failures: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  if (failures === 0) return true;
  try {
    await pause(backoff(failures), undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
