/** The end of the work: nothing new is taken, TERM to commands at once (or after their time), KILL, and only then the rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Guardian } from '../processes/guardian.ts';
import type { Threads } from '../workers/threads.ts';

/** Commands are killed so long after TERM when the program ends, to be gone within ten seconds. */
const endGraceMs = 7_000;

export interface Working {
  readonly guardian: Guardian;
  readonly threads: Threads;
  /** Seconds that running commands may go on. */
  readonly shutdownGrace: number;
  /** What lets work in: given a second to be done with what it does. */
  readonly stopIntake: () => Promise<unknown>;
}

export async function endWork(
  { guardian, threads, shutdownGrace, stopIntake }: Working,
  log: Log,
): Promise<void> {
  const graceMs = shutdownGrace * 1_000;
  const drained = threads.stop(graceMs + endGraceMs + 1_000, ['executor']);
  await Promise.race([stopIntake(), sleep(1_000)]);
  await Promise.race([drained, sleep(graceMs)]);
  const left = await guardian.stopAll(endGraceMs).catch(() => []);
  if (left.length > 0) log.error({ executions: left }, 'processes could not be ended');
  await drained;
  await threads.stop(1_500);
}
