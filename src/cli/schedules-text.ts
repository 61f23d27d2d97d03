/** The schedules of a job as the command line writes them. */
import { cronWords } from '../messages/cron-words.ts';
import { clockChangeText, localText } from './moment-text.ts';
import { printLine, printTable } from './print.ts';
import { timeText } from './row-text.ts';
import type { ShownSchedules } from '../operations/shown-schedules.ts';
import type { Definition } from '../store/definitions.ts';

type Named = Pick<Definition, 'id' | 'name' | 'suspended'>;

export function schedulesJson({ id, name, suspended }: Named, shown: ShownSchedules) {
  return { id, name, suspended, ...scheduleFieldsJson(shown) };
}

/** The keys that a definition has besides. */
export const scheduleFieldsJson = ({ schedules, suspends, launches, nextAt }: ShownSchedules) => ({
  schedules: schedules.map((row) => ({
    cron: row.cron,
    time_zone: row.timeZone,
    catch_up: row.catchUp,
    catch_up_window: row.catchUpWindow,
    catch_up_cap: row.catchUpCap,
    set_aside: row.setAsideReason,
  })),
  suspend_schedules: suspends.map(({ cron }) => cron),
  next_run: nextAt,
  next_launches: launches.map((launch) => ({
    at: launch.text,
    cron: launch.cron,
    time_zone: launch.timeZone,
    suspended_by: launch.suspendedBy,
    clock_change: launch.clockChange,
  })),
});

export function printSchedules({ id, name, suspended }: Named, shown: ShownSchedules): void {
  printLine(`${id} ${name}${suspended ? ' (suspended: launched by hand only)' : ''}`);
  if (shown.schedules.length === 0) printLine('It has no schedule: it is launched by hand only.');
  else printScheduleTable(shown, suspended);
}

/** Of a definition that has some. */
export function printScheduleTable(shown: ShownSchedules, suspended: boolean): void {
  const { schedules, suspends, launches, nextAt } = shown;
  printTable(
    ['SCHEDULE', 'ZONE', 'MISSED', 'IN WORDS'],
    [
      ...schedules.map((row) => [
        row.cron,
        row.zone,
        row.catchUp ?? 'as configured',
        row.setAsideReason === null
          ? cronWords(row.cron)
          : `set aside until the job is saved again: ${row.setAsideReason}`,
      ]),
      ...suspends.map(({ cron }) => [cron, '-', '-', `not launched: ${cronWords(cron)}`]),
    ],
  );
  if (launches.length === 0) return;
  printLine();
  printTable(
    [suspended ? 'NEXT, WERE IT NOT SUSPENDED' : 'NEXT', 'ZONE', ''],
    launches.map((launch) => [
      localText(launch.text),
      launch.timeZone,
      launch.suspendedBy === null
        ? clockChangeText(launch.clockChange)
        : `suspended by ${launch.suspendedBy}`,
    ]),
  );
  const passed = launches.every(({ suspendedBy }) => suspendedBy !== null);
  if (passed && nextAt !== null) printLine(`The first that is launched: ${timeText(nextAt)}`);
}
