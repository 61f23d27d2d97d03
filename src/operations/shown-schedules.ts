/** The schedules of a definition for people: in which zone each goes, and what comes next. */
import { scheduleNow, schedulesOf } from '../store/schedules.ts';
import { databaseClock, type Clock } from './clock.ts';
import { nextRuns, previewLaunches, type PreviewedLaunch } from './next-runs.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Connection } from '../store/database.ts';
import type { PlannedSchedule } from '../store/schedules.ts';

export interface ShownSchedules {
  /** `zone` is the one that it goes by, whether its own or the configured one. */
  readonly schedules: readonly (PlannedSchedule & { readonly zone: string })[];
  readonly suspends: readonly { readonly id: number; readonly cron: string }[];
  /** The next, suspended ones among them, as if the definition were not suspended itself. */
  readonly launches: readonly PreviewedLaunch[];
  /** The first that is not suspended; null: there is none, or the definition is suspended. */
  readonly nextAt: Date | null;
}

const previewed = 5;

export async function shownSchedules(
  on: Connection,
  definitionId: number,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<ShownSchedules> {
  const now = await scheduleNow(on, clock());
  const rows = await schedulesOf(on, [definitionId]);
  const schedules = rows.map((row) => ({
    ...row,
    zone: row.timeZone ?? row.configuredZone ?? facts.timeZone,
  }));
  const suspends = rows[0]?.suspends ?? [];
  const set = {
    schedules: schedules.filter(({ setAsideAt }) => setAsideAt === null),
    suspendSchedules: suspends.map(({ cron }) => cron),
  };
  const next = await nextRuns(on, [definitionId], facts, now);
  return {
    schedules,
    suspends,
    launches: previewLaunches(set, facts, now, previewed),
    nextAt: next.get(definitionId)?.at ?? null,
  };
}
