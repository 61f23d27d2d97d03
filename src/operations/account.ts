/** Gives every minute that has come due its row in the ledger, and launches what is to be launched. */
import { accountFor, type LedgerRow } from '../schedule/account-for.ts';
import { nextLaunch } from '../schedule/launches.ts';
import { millisecondsOf, type Minute, minuteOf } from '../schedule/minute.ts';
import { zonedText } from '../schedule/zoned-text.ts';
import { writeLedger, type LedgerFields, type LedgerMark } from '../store/ledger.ts';
import { launch, type Launched, type LaunchWish } from './launch.ts';
import { catchUpOf, readableSchedule, type ReadableSchedule } from './readable-schedule.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { PlannedSchedule } from '../store/schedules.ts';
import type { Tx } from '../store/database.ts';

/** Launches in one transaction; of one schedule however many it may launch. */
const mostLaunches = 50;

export interface Accounted {
  /** Schedules that are dealt with: the first ones; the others are as they were. */
  readonly schedules: number;
  readonly launched: readonly ScheduledLaunch[];
}

export interface ScheduledLaunch extends Launched {
  readonly scheduleId: number;
  readonly minute: Date;
}

/**
 * Rows, instances and watermarks in one transaction. The schedules and their definitions are locked by
 * the caller. Throws where one of them cannot be launched: then none is.
 */
export async function account(
  tx: Tx,
  schedules: readonly PlannedSchedule[],
  now: Date,
  facts: EngineFacts,
): Promise<Accounted> {
  const plans = atOnce(schedules.map((schedule) => planOf(schedule, now, facts)));
  const wishes = plans
    .flatMap(launchesOf)
    .toSorted((one, other) => one.minute - other.minute || one.plan.row.id - other.plan.row.id);
  const launched =
    wishes.length === 0
      ? []
      : await launch(
          tx,
          wishes.map(({ plan, minute }) => wishOf(plan, minute)),
          facts,
        );
  const instances = new Map(
    wishes.map(({ plan, minute }, index) => [`${plan.row.id} ${minute}`, launched[index]]),
  );
  await writeLedger(
    tx,
    plans.flatMap((plan) => plan.rows.map((row) => fieldsOf(plan, row, instances))),
    plans.map(markOf),
  );
  return {
    schedules: plans.length,
    launched: wishes.flatMap(({ plan, minute }, index) => {
      const one = launched[index];
      return one === undefined ? [] : [{ ...one, scheduleId: plan.row.id, minute: dateOf(minute) }];
    }),
  };
}

interface Plan {
  readonly row: PlannedSchedule;
  readonly schedule: ReadableSchedule;
  readonly now: Minute;
  readonly rows: readonly LedgerRow[];
}

function planOf(row: PlannedSchedule, at: Date, facts: EngineFacts): Plan {
  const schedule = readableSchedule(row, facts);
  const now = minuteOf(at.getTime());
  const rows = accountFor(schedule, minuteOf(row.watermark.getTime()), now, catchUpOf(row, facts));
  return { row, schedule, now, rows };
}

/** As many as may be launched in one go: what is left is still due. */
function atOnce(plans: readonly Plan[]): readonly Plan[] {
  let launches = 0;
  const end = plans.findIndex((plan) => {
    const before = launches;
    launches += launchesOf(plan).length;
    return before > 0 && launches > mostLaunches;
  });
  return end < 0 ? plans : plans.slice(0, end);
}

const launchesOf = (plan: Plan): { plan: Plan; minute: Minute }[] =>
  plan.rows.flatMap(({ outcome, from }) => (outcome === 'launch' ? [{ plan, minute: from }] : []));

/** The key makes sure once more that no minute is launched twice. */
function wishOf({ row, schedule }: Plan, minute: Minute): LaunchWish {
  const time = zonedText(minute, schedule.zone);
  return {
    definitionId: row.definitionId,
    env: { KUROKO_SCHEDULED_TIME: time },
    actor: { kind: 'system', id: `schedule ${row.id}`, name: launchedBy(row, time) },
    from: 'schedule',
    launchKey: `schedule:${row.id}:${dateOf(minute).toISOString()}`,
    channel: null,
  };
}

/** In Kuroko2's words (`app/models/kuroko2/job_schedule.rb`). */
function launchedBy({ definitionId, definitionName, cron }: PlannedSchedule, time: string): string {
  const at = `${time.slice(8, 10)} ${months[Number(time.slice(5, 7)) - 1]} ${time.slice(11, 16)}`;
  return `"#${definitionId} ${definitionName}" that is scheduled at ${at} by \`${cron}\``;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

function fieldsOf(
  { row: { id: scheduleId, suspends }, now }: Plan,
  row: LedgerRow,
  instances: ReadonlyMap<string, Launched | undefined>,
): LedgerFields {
  const { outcome, from, to, count } = row;
  const instance = outcome === 'launch' ? instances.get(`${scheduleId} ${from}`) : undefined;
  const preventedBy = instance?.preventedBy ?? null;
  const launched = preventedBy === null ? 'launched' : 'prevented';
  return {
    scheduleId,
    fromAt: dateOf(from),
    toAt: dateOf(to),
    count,
    outcome: outcome === 'launch' ? launched : outcome,
    because: outcome === 'skipped' ? row.because : null,
    instanceId: instance?.instanceId ?? null,
    preventedBy,
    mergedInto: outcome === 'merged' ? dateOf(row.into) : null,
    suspendCron:
      outcome === 'suspended' ? (suspends.find(({ id }) => id === row.by)?.cron ?? null) : null,
    missed: outcome !== 'suspended' && to < now,
  };
}

function markOf({ row, schedule, now }: Plan): LedgerMark {
  const next = nextLaunch(schedule.cron, schedule.zone, now);
  return {
    scheduleId: row.id,
    watermark: dateOf(now),
    nextDueAt: next === null ? null : dateOf(next),
  };
}

const dateOf = (minute: Minute): Date => new Date(millisecondsOf(minute));
