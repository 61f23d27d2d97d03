/** The single wishes: add or remove one schedule, or one suspend schedule. */
import { conflict, invalid, notFound, UserError } from '../errors.ts';
import { editSchedules, type SchedulesEdited, type ScheduleWish } from './edit-schedules.ts';
import { storedCron, type ScheduleSet } from './schedule-problems.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';
import type { ScheduleFields } from '../store/schedules.ts';

/** Each throws NotFound or Conflict for what is not there, or is already. */
type Change = (before: ScheduleSet) => ScheduleSet;

/** `editSchedules` for somebody who typed one cron: that it is `schedules.0` says nothing to him. */
export const changeSchedules = (
  tx: Tx,
  wish: ScheduleWish,
  change: Change,
  facts: EngineFacts,
): Promise<SchedulesEdited> => editSchedules(tx, wish, change, facts).catch(inPlainWords);

function inPlainWords(error: unknown): never {
  if (!(error instanceof UserError) || error.code !== 'invalid') throw error;
  const said = error.details.map((detail) =>
    detail.replace(/^(?:suspend_)?schedules(?:\.\d+)?: /, ''),
  );
  throw said.length === 0 ? error : invalid(said.join(' '));
}

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
