/** What became of a minute of a schedule, as people are told it. */
import type { InstanceStatus } from './instances.ts';
import type { LedgerRow } from './ledger.ts';

export interface ScheduleAnswer {
  readonly cron: string;
  readonly timeZone: string;
  readonly outcome: MinuteOutcome;
}

/** Times are ISO 8601 in the zone of the schedule. */
export type MinuteOutcome =
  /** `missed`: nothing was running when it came due. */
  | {
      readonly type: 'launched';
      readonly instanceId: number;
      readonly at: string;
      readonly missed: boolean;
    }
  /** `now` is what the one in the way is by now; null: it is not kept any more. */
  | {
      readonly type: 'prevented';
      readonly instanceId: number;
      readonly by: number;
      readonly now: InstanceStatus | null;
    }
  /** By a suspend schedule; null: the definition was suspended. */
  | { readonly type: 'suspended'; readonly by: string | null }
  | { readonly type: 'merged'; readonly into: string }
  | { readonly type: 'skipped'; readonly because: NonNullable<LedgerRow['because']> }
  | {
      readonly type: 'not_yet';
      readonly suspendedBy: string | null;
      /** The definition is. */
      readonly suspended: boolean;
    }
  | { readonly type: 'not_due'; readonly before: string | null; readonly after: string | null }
  | { readonly type: 'before_saved'; readonly since: string }
  | { readonly type: 'after_removed'; readonly removed: string }
  | { readonly type: 'set_aside'; readonly since: string; readonly reason: string }
  | { readonly type: 'forgotten' };
