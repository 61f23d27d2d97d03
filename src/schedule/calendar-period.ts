/** The hour, day, week or month of a zone that holds a moment. */

export interface CalendarPeriod {
  readonly from: Date;
  /** Not part of it any more. */
  readonly before: Date;
}

/** Weeks begin on Monday. A day that begins with a time that does not exist begins right after it. */
export function calendarPeriod(
  period: 'hourly' | 'daily' | 'weekly' | 'monthly',
  at: Date,
  timeZone: string,
): CalendarPeriod {
  const local = localTime(at, timeZone);
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  const days = (from: number, to: number): CalendarPeriod => ({
    from: midnight(Date.UTC(year, month, from), timeZone),
    before: midnight(Date.UTC(year, month, to), timeZone),
  });
  switch (period) {
    case 'hourly': {
      // Not by the clock on the wall, which shows one hour of the year twice.
      const from = at.getTime() - (local.getTime() % hourMs);
      return { from: new Date(from), before: new Date(from + hourMs) };
    }
    case 'daily':
      return days(day, day + 1);
    case 'weekly': {
      const monday = day - ((local.getUTCDay() + 6) % 7);
      return days(monday, monday + 7);
    }
    case 'monthly':
      return {
        from: midnight(Date.UTC(year, month, 1), timeZone),
        before: midnight(Date.UTC(year, month + 1, 1), timeZone),
      };
  }
}

const hourMs = 3_600_000;

/** What clocks of the zone show, as if it were UTC. */
function localTime(at: Date, timeZone: string): Date {
  const parts = formatOf(timeZone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((candidate) => candidate.type === type)?.value);
  const ms = at.getTime() - Math.floor(at.getTime() / 1_000) * 1_000;
  return new Date(
    Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
      ms,
    ),
  );
}

/** The first moment at which clocks show that time; where none does, the first one after it. */
function midnight(wall: number, timeZone: string): Date {
  const shown = (at: number) => localTime(new Date(at), timeZone).getTime();
  // The zone's offsets before and after: a change is never within a day of another.
  const candidates = [wall - dayMs, wall + dayMs]
    .map((near) => wall - (shown(near) - near))
    .toSorted((one, other) => one - other);
  const [first = wall, last = wall] = candidates;
  return new Date(shown(first) === wall ? first : last);
}

const dayMs = 24 * hourMs;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept: making one takes 0.3 ms. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}
