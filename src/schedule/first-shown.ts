/** When the clocks of a zone show something for the first time. */
import { type Minute, minutesOfDay } from './minute.ts';
import type { TimeZone } from './time-zone.ts';

/** `shown` counts minutes of the clock on the wall; one that is left out comes right after the gap. */
export function firstShown(shown: Minute, { stretchAt }: TimeZone): Minute {
  // A day before by any clock: none is further from UTC than 14 hours.
  let stretch = stretchAt(shown - minutesOfDay);
  while (shown - stretch.offset >= stretch.to) stretch = stretchAt(stretch.to);
  return Math.max(stretch.from, shown - stretch.offset);
}
