/** Why a definition was launched at a minute, or was not: what the ledger says of each of its schedules. */
import { launchesAt } from '../schedule/launches-at.ts';
import { minuteOf, millisecondsOf } from '../schedule/minute.ts';
import { ledgerAt, type LedgerRow } from '../store/ledger.ts';
import { scheduleNow, schedulesOf, type PlannedSchedule } from '../store/schedules.ts';
import { databaseClock, type Clock } from './clock.ts';
import { readableSchedule } from './readable-schedule.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Connection } from '../store/database.ts';

/** Of one schedule, removed ones included. */
export interface Why {
  readonly schedule: PlannedSchedule;
  readonly answer: WhyAnswer;
}

export type WhyAnswer =
  /** It has come due: what became of it. */
  | { readonly type: 'accounted'; readonly row: LedgerRow }
  /** The cron does not fall on that minute. */
  | { readonly type: 'not_due' }
  /** It is due then, and will be seen to. */
  | { readonly type: 'not_yet' }
  /** It would have been due; the schedule was saved, or its definition resumed, later. */
  | { readonly type: 'before_saved'; readonly since: Date }
  /** The schedule had been removed by then. */
  | { readonly type: 'after_removed'; readonly removedAt: Date }
  /** It could not be launched, and waits for the definition to be saved again. */
  | { readonly type: 'set_aside'; readonly since: Date; readonly reason: string }
  /** The past minute was due and is older than the ledger is kept. */
  | { readonly type: 'forgotten' };

export interface WhyAnswers {
  /** The whole minute that was asked for. */
  readonly minute: Date;
  readonly now: Date;
  /** Those that the minute concerns first; empty for a definition without schedules. */
  readonly answers: readonly Why[];
}

export async function why(
  on: Connection,
  definitionId: number,
  at: Date,
  facts: EngineFacts,
  clock: Clock = databaseClock,
): Promise<WhyAnswers> {
  const now = await scheduleNow(on, clock());
  const minute = new Date(millisecondsOf(minuteOf(at.getTime())));
  const schedules = await schedulesOf(on, [definitionId], { removed: true });
  const ids = schedules.map(({ id }) => id);
  const rows = new Map((await ledgerAt(on, ids, minute)).map((row) => [row.scheduleId, row]));
  const answers = schedules.map((schedule): Why => {
    const answer = answerOf(schedule, minute, rows.get(schedule.id), facts);
    return { schedule, answer };
  });
  return { minute, now, answers: answers.toSorted((a, b) => rank(a.answer) - rank(b.answer)) };
}

function answerOf(
  schedule: PlannedSchedule,
  minute: Date,
  row: LedgerRow | undefined,
  facts: EngineFacts,
): WhyAnswer {
  const due = isDue(schedule, minute, facts);
  // A row may hold a run of minutes of which not every one was due.
  if (row !== undefined && due !== false) return { type: 'accounted', row };
  const { since, watermark, setAsideAt, setAsideReason, removedAt } = schedule;
  if (due === false) return { type: 'not_due' };
  if (minute <= since) return { type: 'before_saved', since };
  if (removedAt !== null && minute > watermark) return { type: 'after_removed', removedAt };
  if (minute <= watermark) return { type: 'forgotten' };
  if (setAsideAt !== null) {
    return { type: 'set_aside', since: setAsideAt, reason: setAsideReason ?? '' };
  }
  return { type: 'not_yet' };
}

/** Null where this version cannot say: it does not know the cron, or the zone. */
function isDue(schedule: PlannedSchedule, minute: Date, facts: EngineFacts): boolean | null {
  try {
    const { cron, zone } = readableSchedule({ ...schedule, suspends: [] }, facts);
    return launchesAt(cron, zone, minuteOf(minute.getTime()));
  } catch {
    return null;
  }
}

const order: readonly WhyAnswer['type'][] = [
  'accounted',
  'set_aside',
  'not_yet',
  'before_saved',
  'after_removed',
  'forgotten',
  'not_due',
];
const rank = ({ type }: WhyAnswer): number => order.indexOf(type);
