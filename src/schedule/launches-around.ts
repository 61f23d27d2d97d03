/** The launches on either side of a minute: the answer to "why not then?" where nothing was due. */
import type { Cron } from './cron.ts';
import { dueSpan } from './due-span.ts';
import { nextLaunch } from './launches.ts';
import { type Minute, minutesOfDay } from './minute.ts';
import type { TimeZone } from './time-zone.ts';

export interface LaunchesAround {
  readonly before: Minute | null;
  readonly after: Minute | null;
}

/** Whatever the minute itself is. */
export function launchesAround(cron: Cron, zone: TimeZone, minute: Minute): LaunchesAround {
  return { before: lastLaunch(cron, zone, minute), after: nextLaunch(cron, zone, minute) };
}

/** Looked for in the last day first: most crons have one there. */
function lastLaunch(cron: Cron, zone: TimeZone, minute: Minute): Minute | null {
  for (const days of [1, 32, 12 * 366]) {
    const span = dueSpan(cron, zone, minute - days * minutesOfDay, minute - 1);
    if (span !== null) return span.to;
  }
  return null;
}
