/** What the five fields of a cron may hold. */

export interface FieldRule {
  readonly name: FieldName;
  readonly lowest: number;
  readonly highest: number;
  /** As long as Kuroko2's, and of minutes 60: its schedules took that, though its form did not. */
  readonly longestStep: number;
  /** Three letters for each number, from `firstNamed`. */
  readonly names: readonly string[];
  readonly firstNamed: number;
}

export type FieldName = 'minute' | 'hour' | 'day' | 'month' | 'weekday';

const unnamed = { names: [], firstNamed: 0 };

export const fieldRules: Readonly<Record<FieldName, FieldRule>> = {
  minute: { name: 'minute', lowest: 0, highest: 59, longestStep: 60, ...unnamed },
  hour: { name: 'hour', lowest: 0, highest: 23, longestStep: 23, ...unnamed },
  day: { name: 'day', lowest: 1, highest: 31, longestStep: 31, ...unnamed },
  month: {
    name: 'month',
    lowest: 1,
    highest: 12,
    longestStep: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
    firstNamed: 1,
  },
  // 7 is Sunday again; `readField` makes it 0.
  weekday: {
    name: 'weekday',
    lowest: 0,
    highest: 7,
    longestStep: 6,
    names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
    firstNamed: 0,
  },
};

/** In the order in which a cron has them. */
export const fieldNames = Object.keys(fieldRules) as readonly FieldName[];
