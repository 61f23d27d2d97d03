/** The clocks of a time zone: what they are ahead of UTC, from change to change. */
import { dateOf, dayOf } from './calendar.ts';
import { type ClockChange, clockChanges, type OffsetAt } from './clock-changes.ts';
import { millisecondsOf, type Minute, minutesOfDay } from './minute.ts';

export interface TimeZone {
  readonly name: string;
  /** The stretch without a change that holds a minute. */
  readonly stretchAt: (minute: Minute) => Stretch;
}

/** Minutes [from, to) in which the clocks are `offset` minutes ahead of UTC. */
export interface Stretch {
  readonly from: Minute;
  /** The next change, or where one has not been looked for yet: the stretch after it may be the same one. */
  readonly to: Minute;
  readonly offset: number;
  /** The offset until `from`. */
  readonly before: number;
}

/** A zone by its name in the tz database, or undefined if there is none. Each is made once. */
export function timeZone(name: string): TimeZone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const offsetAt = offsetsOf(name);
  if (offsetAt === undefined) return undefined;
  const zone = { name, stretchAt: stretches(offsetAt) };
  zones.set(name, zone);
  return zone;
}

/** There are some 600 names; a zone keeps a few hundred bytes for each year that was asked for. */
const zones = new Map<string, TimeZone>();

/** `Intl` knows the tz database but takes 3 us to answer: it is asked some 90 times for each year. */
function offsetsOf(name: string): OffsetAt | undefined {
  const format = formatOf(name);
  if (format === undefined) return undefined;
  return (minute) => {
    // `11/3/2024, GMT-04:00`; some versions of ICU leave `+00:00` out, and an empty text is 0.
    const [, sign = '', clock = ''] = format.format(millisecondsOf(minute)).split(/GMT([+-]?)/);
    const [hours = '', minutes = ''] = clock.split(':');
    return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes));
  };
}

function formatOf(timeZoneName: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: timeZoneName, timeZoneName: 'longOffset' });
  } catch {
    // The one way to ask whether there is such a zone: a list of names has no aliases.
    return undefined;
  }
}

/** Looks for changes a year at a time, when first asked. */
function stretches(offsetAt: OffsetAt): (minute: Minute) => Stretch {
  const years = new Map<number, readonly ClockChange[]>();
  const changesIn = (year: number): readonly ClockChange[] => {
    const known = years.get(year);
    if (known !== undefined) return known;
    const changes = clockChanges(offsetAt, startOf(year), startOf(year + 1));
    years.set(year, changes);
    return changes;
  };
  const find = (minute: Minute): Stretch => {
    const { year } = dateOf(Math.floor(minute / minutesOfDay));
    const changes = [...changesIn(year - 1), ...changesIn(year)];
    const next = changes.find(({ at }) => at > minute);
    const last = changes.findLast(({ at }) => at <= minute);
    // Without a change for a year, what was before the last one is of no consequence to anybody.
    const offset = last?.after ?? next?.before ?? offsetAt(minute);
    return {
      from: last?.at ?? startOf(year - 1),
      to: next?.at ?? startOf(year + 1),
      offset,
      before: last?.before ?? offset,
    };
  };
  let latest: Stretch | undefined;
  return (minute) => {
    if (latest === undefined || minute < latest.from || minute >= latest.to) latest = find(minute);
    return latest;
  };
}

function startOf(year: number): Minute {
  return dayOf({ year, month: 1, day: 1 }) * minutesOfDay;
}
