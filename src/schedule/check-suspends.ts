/** Whether a definition may have these suspend schedules. */
import type { Cron } from './cron.ts';
import type { Minute } from './minute.ts';
import { nextOpenLaunch } from './next-open-launch.ts';
import type { TimeZone } from './time-zone.ts';

/**
 * What is wrong with suspend schedules beside the schedules of their definition, all of them together, in
 * Kuroko2's words; null when at least one launch is left.
 */
export function checkSuspends(
  schedules: readonly { readonly cron: Cron; readonly zone: TimeZone }[],
  crons: readonly Cron[],
  now: Minute,
): string | null {
  if (crons.length === 0) return null;
  if (schedules.length === 0) return 'Cron needs job schedules';
  const suspends = crons.map((cron, id) => ({ id, cron }));
  const left = schedules.some(
    (schedule) => nextOpenLaunch({ ...schedule, suspends }, now) !== null,
  );
  return left ? null : 'Cron suspends all launched schedules';
}
