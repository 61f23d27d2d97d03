/** Waits for a condition, never for a time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with the first value that is neither null, undefined nor false; throws after `mostMs`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  mostMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + mostMs;
  for (;;) {
    const began = performance.now();
    const value = await look();
    if (value !== null && value !== undefined && value !== false) return value;
    const now = performance.now();
    if (now > deadline) throw new Error(`still waiting for: ${what}`);
    // A look at all processes, or by a program, takes long: what is waited for needs the processor, too.
    await sleep(Math.min(Math.max(20, 3 * (now - began)), 500));
  }
}
