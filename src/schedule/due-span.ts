/** How many launches there are between two moments, and the first and the last of them. */
import type { Cron } from './cron.ts';
import { launchOf, launchRuns } from './launches.ts';
import type { Minute } from './minute.ts';
import type { TimeZone } from './time-zone.ts';

export interface DueSpan {
  readonly from: Minute;
  readonly to: Minute;
  readonly count: number;
}

/** Of (after, until]; null when there is none. Counts days, not minutes. */
export function dueSpan(cron: Cron, zone: TimeZone, after: Minute, until: Minute): DueSpan | null {
  let span: DueSpan | null = null;
  for (const run of launchRuns(cron, zone, after, until)) {
    const first: Minute = span?.from ?? launchOf(run, run.begin);
    const count: number = (span?.count ?? 0) + run.end - run.begin;
    span = { from: first, to: launchOf(run, run.end - 1), count };
  }
  return span;
}
