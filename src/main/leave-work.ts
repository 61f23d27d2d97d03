/** The other way out: commands run on with the guardian, and everything that was begun is left for the next process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { handOverSeconds } from '../store/restarts.ts';
import type { Working } from './end-work.ts';

/** For a commit, or a delivery, that is under way. */
const underWayMs = 5_000;

export async function leaveWork({
  guardian,
  threads,
  stopIntake,
}: Omit<Working, 'shutdownGrace'>): Promise<void> {
  // First: from now on the commands outlive us, whatever happens to us.
  await guardian.handover(handOverSeconds);
  await Promise.race([stopIntake(), sleep(1_000)]);
  await Promise.all([
    threads.leave(underWayMs, ['executor']),
    threads.stop(underWayMs, ['notifier']),
  ]);
  // Last: until here somebody answers for the commands.
  await threads.stop(1_500);
}
