/** One line of the bench's table. */
export interface Finding {
  readonly what: string;
  readonly reach: string;
  readonly aim: string | null;
  readonly measured: string;
  readonly met: boolean;
  /** What stands behind it: medians in milliseconds, spread. */
  readonly detail: string;
}

export interface Target {
  readonly at: 'most' | 'least';
  readonly reach: number;
  readonly aim?: number;
  readonly unit?: string;
}

/** A finding from a figure and what it has to stay below or above. */
export function finding(what: string, figure: number, target: Target, detail: string): Finding {
  const { at, reach, aim, unit = '' } = target;
  const sign = at === 'most' ? '<=' : '>=';
  const digits = unit === '' ? 2 : figure < 1_000 ? 1 : 0;
  const met = at === 'most' ? figure <= reach : figure >= reach;
  return {
    what,
    reach: `${sign} ${reach}${unit}`,
    aim: aim === undefined ? null : `${sign} ${aim}${unit}`,
    measured: `${figure.toFixed(digits)}${unit}`,
    met,
    detail,
  };
}

/** A figure that nothing was recorded for, or asked of. */
export function figureOnly(what: string, measured: string, detail: string): Finding {
  return { what, reach: '-', aim: null, measured, met: true, detail };
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [upper = 0, lower = 0] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (upper + lower) / 2;
}

/** On the terminal. */
export function say({ what, reach, aim, measured, met, detail }: Finding): void {
  const target = reach === '-' ? '' : ` (reach ${reach}${aim === null ? '' : `, aim ${aim}`})`;
  process.stdout.write(`${met ? 'ok    ' : 'MISSED'} ${what}: ${measured}${target} ${detail}\n`);
}
