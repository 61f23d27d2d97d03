/** Waits until a server that was just started answers. */

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * `attempt` returns the reason why the server does not answer yet, or undefined. `signal` aborts when it has ended.
 * Throws with the reason and the end of its log after `patienceMs`, or at once on an abort.
 */
export async function untilAnswered(options: {
  readonly name: string;
  readonly attempt: () => Promise<string | undefined>;
  readonly logFile: string;
  readonly signal?: AbortSignal | undefined;
  readonly patienceMs: number;
}): Promise<void> {
  const deadline = performance.now() + options.patienceMs;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one attempt after the other is the point
    const problem = await options.attempt();
    if (problem === undefined) return;
    const ended = options.signal?.aborted ?? false;
    if (ended || performance.now() > deadline) {
      throw new Error(
        `The ${options.name} ${ended ? 'ended at once' : 'does not answer'} (${problem}). ` +
          `The end of ${options.logFile}:\n${endOf(options.logFile)}`,
      );
    }
    // oxlint-disable-next-line no-await-in-loop
    await pause(30);
  }
}

function endOf(logFile: string): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
  } catch (error) {
    return (error as Error).message;
  }
}
