/** The single wishes: add or remove one schedule, or one suspend schedule. */
import { conflict, notFound } from '../errors.ts';
import type { ScheduleFields } from '../store/schedules.ts';
import type { ScheduleSet } from './schedule-problems.ts';
import { storedCron } from './schedule-problems.ts';

/** For `editSchedules`. Each throws NotFound or Conflict for what is not there, or is already. */
type Change = (before: ScheduleSet) => ScheduleSet;

export const addSchedule =
  (schedule: ScheduleFields): Change =>
  (before) => {
    if (before.schedules.some((one) => isSchedule(one, schedule.cron, schedule.timeZone))) {
      throw conflict(`\`${schedule.cron}\` is a schedule of it already.`);
    }
    return { ...before, schedules: [...before.schedules, schedule] };
  };

/** Without a zone: the only one with that cron. With the last schedule its suspend schedules go as well. */
export const removeSchedule =
  (cron: string, timeZone?: string | null): Change =>
  (before) => {
    const meant = before.schedules.filter((one) => isSchedule(one, cron, timeZone));
    if (meant.length === 0) throw notFound(`It has no schedule \`${cron}\`.`);
    if (meant.length > 1) {
      const zones = meant.map((one) => one.timeZone ?? 'the configured zone');
      throw conflict(`\`${cron}\` is there in several time zones. Say in which.`, zones);
    }
    const schedules = before.schedules.filter((one) => !meant.includes(one));
    return { schedules, suspendSchedules: schedules.length === 0 ? [] : before.suspendSchedules };
  };

export const addSuspendSchedule =
  (cron: string): Change =>
  (before) => {
    if (before.suspendSchedules.includes(storedCron(cron))) {
      throw conflict(`\`${cron}\` is a suspend schedule of it already.`);
    }
    return { ...before, suspendSchedules: [...before.suspendSchedules, cron] };
  };

export const removeSuspendSchedule =
  (cron: string): Change =>
  (before) => {
    const suspendSchedules = before.suspendSchedules.filter((one) => one !== storedCron(cron));
    if (suspendSchedules.length === before.suspendSchedules.length) {
      throw notFound(`It has no suspend schedule \`${cron}\`.`);
    }
    return { ...before, suspendSchedules };
  };

const isSchedule = (
  one: ScheduleFields,
  cron: string,
  timeZone: string | null | undefined,
): boolean =>
  one.cron === storedCron(cron) && (timeZone === undefined || one.timeZone === timeZone);
