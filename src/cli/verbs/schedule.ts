/** `kuroko schedule` and `kuroko suspend-schedule`: when a job is launched, or one more or less of it. */
import { invalid } from '../../errors.ts';
import {
  addSchedule,
  addSuspendSchedule,
  changeSchedules,
  removeSchedule,
  removeSuspendSchedule,
} from '../../operations/change-schedules.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { resolveDefinition } from '../../operations/resolve-definition.ts';
import { shownSchedules } from '../../operations/shown-schedules.ts';
import { catchUpPolicies } from '../../config.ts';
import { printJson } from '../print.ts';
import { printSchedules, schedulesJson } from '../schedules-text.ts';
import { withSession } from '../session.ts';
import type { ScheduleSet } from '../../operations/schedule-problems.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export interface ScheduleOptions extends Json {
  readonly zone?: string;
  readonly catchUp?: string;
}

export interface ScheduleWords {
  readonly job: string;
  readonly deed: string | undefined;
  readonly cron: readonly string[];
}

type Change = (before: ScheduleSet) => ScheduleSet;

export function scheduleVerb(
  outside: Outside,
  words: ScheduleWords,
  options: ScheduleOptions,
): Promise<number> {
  const { zone, catchUp: wanted } = options;
  const catchUp = catchUpPolicies.find((policy) => policy === wanted) ?? null;
  if (wanted !== undefined && catchUp === null) {
    throw invalid('--catch-up is latest, all or none.');
  }
  return changed(outside, words, options, (deed, cron) => {
    if (deed === 'remove') return removeSchedule(cron, zone);
    const limits = { catchUpWindow: null, catchUpCap: null };
    return addSchedule({ cron, timeZone: zone ?? null, catchUp, ...limits });
  });
}

export function suspendScheduleVerb(
  outside: Outside,
  words: ScheduleWords,
  options: Json,
): Promise<number> {
  return changed(outside, words, options, (deed, cron) =>
    deed === 'add' ? addSuspendSchedule(cron) : removeSuspendSchedule(cron),
  );
}

/** Shows what there is after that. */
function changed(
  outside: Outside,
  { job, deed, cron }: ScheduleWords,
  options: Json,
  changeOf: (deed: 'add' | 'remove', cron: string) => Change,
): Promise<number> {
  const change = wished(deed, cron.join(' '), changeOf);
  return withSession(outside, async ({ db, facts, actor }) => {
    const definition = await resolveDefinition(db, job);
    if (change !== null) {
      const wish = { definitionId: definition.id, version: null, actor };
      await inTransaction(db, (tx) => changeSchedules(tx, wish, change, facts));
    }
    const shown = await shownSchedules(db, definition.id, facts);
    if (options.json) printJson(schedulesJson(definition, shown));
    else printSchedules(definition, shown);
    return 0;
  });
}

function wished(
  deed: string | undefined,
  cron: string,
  changeOf: (deed: 'add' | 'remove', cron: string) => Change,
): Change | null {
  if (deed === undefined) return null;
  // Without them the shell has put the names of files in the place of the stars.
  if (cron.split(' ').length > 5) throw invalid(`Put the cron in quotes: ${deed} "30 2 * * *".`);
  if ((deed === 'add' || deed === 'remove') && cron !== '') return changeOf(deed, cron);
  throw invalid('After the job comes nothing, or add or remove and a cron in quotes.');
}
