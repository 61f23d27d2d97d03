/** How often something happens a second: medians of rounds, after one that warms up. */
import { figureOnly, finding, median, type Finding } from './finding.ts';

export interface Rated {
  readonly what: string;
  /** At least so many a second; left out where nothing was recorded to hold it against. */
  readonly reach?: number;
  /** Does it once or more and says how much was done in how many milliseconds. */
  readonly run: () => Promise<Sample> | Sample;
}

export interface Sample {
  readonly done: number;
  readonly ms: number;
}

export async function rate({ what, reach, run }: Rated, rounds: number): Promise<Finding> {
  await run();
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { done, ms } = await run();
    rates.push((done * 1_000) / ms);
  }
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  const detail = `${least.toFixed(0)} to ${most.toFixed(0)}`;
  if (reach === undefined) return figureOnly(what, `${median(rates).toFixed(0)}/s`, detail);
  return finding(what, median(rates), { at: 'least', reach, unit: '/s' }, detail);
}

/**
 * Repeats what takes no time to speak of, which says how much it did each time. In processor time of
 * this process, its garbage collection included: whatever else the machine does is not its fault.
 */
export function repeated(forMs: number, work: () => number): Sample {
  const startedAt = process.cpuUsage();
  let done = 0;
  let ms = 0;
  while (ms < forMs) {
    done += work();
    const { user, system } = process.cpuUsage(startedAt);
    ms = (user + system) / 1_000;
  }
  return { done, ms };
}
