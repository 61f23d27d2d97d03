/** What becomes of every minute that came due since a schedule was last looked at. */
import { type DueSpan, dueSpan } from './due-span.ts';
import type { Minute } from './minute.ts';
import { type DueMinute, dueBetween, type Schedule } from './suspension.ts';

/** What to do about launches that were missed because nothing was running. */
export interface CatchUp {
  /** One launch for all of them, each its own, or none. */
  readonly policy: 'latest' | 'all' | 'none';
  /** Minutes before now; what was missed before is skipped. */
  readonly window: number;
  /** At most so many launches at once, of `all`. */
  readonly cap: number;
}

/**
 * A row of the ledger: `count` due minutes, the first `from`, the last `to`. No due minute between them
 * belongs to another row.
 */
export type LedgerRow = DueSpan & Outcome;

export type Outcome =
  | { readonly outcome: 'launch' }
  /** Into the launch of that minute. */
  | { readonly outcome: 'merged'; readonly into: Minute }
  /** Too long ago; missed, where missed launches are not made up for; or more than the cap. */
  | { readonly outcome: 'skipped'; readonly because: 'window' | 'policy' | 'cap' }
  /** By the suspend schedule with that id; null: the definition is suspended. */
  | { readonly outcome: 'suspended'; readonly by: number | null };

/**
 * Rows for (watermark, now], ascending: every due minute belongs to exactly one. None, when the clock has
 * stepped back. The minute of `now` is on time: it is launched whatever the policy. Within the window
 * there are as many rows as outcomes change: at most one a minute.
 */
export function accountFor(
  schedule: Schedule & { readonly suspended: boolean },
  watermark: Minute,
  now: Minute,
  catchUp: CatchUp,
): LedgerRow[] {
  const { cron, zone, suspended } = schedule;
  if (suspended) return spanRow(dueSpan(cron, zone, watermark, now), wholeDefinition);
  const edge = Math.max(watermark, Math.min(now - catchUp.window, now - 1));
  const old = spanRow(dueSpan(cron, zone, watermark, edge), tooLongAgo);
  const due = [...dueBetween(schedule, edge, now)];
  const outcomeOf = decide(due, now, catchUp);
  return [...old, ...inRuns(due, outcomeOf)];
}

const wholeDefinition: Outcome = { outcome: 'suspended', by: null };
const tooLongAgo: Outcome = { outcome: 'skipped', because: 'window' };

function spanRow(span: DueSpan | null, outcome: Outcome): LedgerRow[] {
  return span === null ? [] : [{ ...span, ...outcome }];
}

/** The outcome of each minute within the window. */
function decide(
  due: readonly DueMinute[],
  now: Minute,
  { policy, cap }: CatchUp,
): (due: DueMinute) => Outcome {
  const open = due.filter(({ suspendedBy }) => suspendedBy === null).map(({ minute }) => minute);
  const last = open.at(-1) ?? now;
  const launched = firstLaunched(open, policy, cap, now);
  const missed: Outcome =
    policy === 'latest'
      ? { outcome: 'merged', into: last }
      : { outcome: 'skipped', because: policy === 'none' ? 'policy' : 'cap' };
  return ({ minute, suspendedBy }) => {
    if (suspendedBy !== null) return { outcome: 'suspended', by: suspendedBy.id };
    return minute >= launched ? { outcome: 'launch' } : missed;
  };
}

/** From this minute on whatever is not suspended is launched: the newest are worth most. */
function firstLaunched(
  open: readonly Minute[],
  policy: CatchUp['policy'],
  cap: number,
  now: Minute,
): Minute {
  const launches = { latest: 1, all: cap, none: 0 }[policy];
  return launches < 1 ? now : Math.min(now, open[Math.max(0, open.length - launches)] ?? now);
}

/** Neighbours with one outcome share a row; a launch has its own. */
function inRuns(due: readonly DueMinute[], outcomeOf: (due: DueMinute) => Outcome): LedgerRow[] {
  const rows: LedgerRow[] = [];
  for (const each of due) {
    const outcome = outcomeOf(each);
    const { minute } = each;
    const row = rows.at(-1);
    if (row !== undefined && isSame(row, outcome)) {
      rows[rows.length - 1] = { ...row, to: minute, count: row.count + 1 };
    } else {
      rows.push({ from: minute, to: minute, count: 1, ...outcome });
    }
  }
  return rows;
}

function isSame(row: Outcome, next: Outcome): boolean {
  if (row.outcome === 'suspended' && next.outcome === 'suspended') return row.by === next.by;
  return row.outcome === next.outcome && row.outcome !== 'launch';
}
