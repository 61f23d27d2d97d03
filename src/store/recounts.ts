/** Recounts: each day's ledger, counted again by other means. */

/** A day in UTC, as `2026-11-28`. */
export type RecountDay = string;

export interface Recount {
  readonly day: RecountDay;
  /** Minutes that were due, and how many of them have exactly one row. */
  readonly due: number;
  readonly accounted: number;
  readonly differences: readonly Difference[];
  readonly countedAt: Date;
}

/** What is not as it should be about minutes of one schedule. */
export interface Difference {
  readonly scheduleId: number;
  readonly definitionId: number;
  readonly cron: string;
  readonly problem: 'missing' | 'twice' | 'not_due' | 'miscounted';
  readonly count: number;
  /** The first of them, ISO 8601. */
  readonly first: string;
}
