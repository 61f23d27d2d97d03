/**
 * Cron minute by minute, from the words of the README and nothing else: slow, and with no line in common
 * with src/schedule, so that the one can be held against the other. What the clock shows is asked of Intl for each quarter of an hour, and for each minute
 * where a quarter is not fifteen of them later than the one before (Newfoundland changed at one past).
 */

export interface NaiveCron {
  readonly fitsDay: (date: Date) => boolean;
  readonly fitsTime: (hour: number, minute: number) => boolean;
  readonly followsRealTime: boolean;
}

export function naiveCron(text: string): NaiveCron {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = inNumbers(text).split(/\s+/);
  const minutes = members(minute, 0, 59);
  const hours = members(hour, 0, 23);
  const days = members(day, 1, 31);
  const months = members(month, 1, 12);
  const weekdays = members(weekday, 0, 6).map((one) => (one === 7 ? 0 : one));
  return {
    fitsDay: (date) => {
      if (!months.includes(date.getUTCMonth() + 1)) return false;
      const fitsDay = days.includes(date.getUTCDate());
      const fitsWeekday = weekdays.includes(date.getUTCDay());
      if (day !== '*' && weekday !== '*') return fitsDay || fitsWeekday;
      return fitsDay && fitsWeekday;
    },
    fitsTime: (h, m) => hours.includes(h) && minutes.includes(m),
    followsRealTime: [minute, hour].some((field) => field === '*' || /^\*\/[0-9]+$/.test(field)),
  };
}

const words: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const names = 'sun mon tue wed thu fri sat jan feb mar apr may jun jul aug sep oct nov dec'.split(
  ' ',
);

/** A Sunday that ends a range is the seventh day. */
function inNumbers(text: string): string {
  const written = text.trim().toLowerCase();
  return (words[written] ?? written).replaceAll('-sun', '-7').replaceAll(/[a-z]{3}/g, (name) => {
    const index = names.indexOf(name);
    return String(index < 7 ? index : index - 6);
  });
}

function members(field: string, lowest: number, highest: number): number[] {
  return field.split(',').flatMap((item) => {
    const [range = '', step = '1'] = item.split('/');
    const [from = '', to = from] = range === '*' ? [`${lowest}`, `${highest}`] : range.split('-');
    const all: number[] = [];
    for (let value = Number(from); value <= Number(to); value += Number(step)) all.push(value);
    return all;
  });
}

/** What the clocks of a zone show in each minute of [from, to), as if it were minutes since 1970 in UTC. */
export function wallClock(zone: string, from: number, to: number): Float64Array {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const ask = (minute: number): number => {
    const [month = 0, day = 0, year = 0, hour = 0, past = 0] = (
      format.format(minute * 60_000).match(/\d+/g) ?? []
    ).map(Number);
    return Date.UTC(year, month - 1, day, hour, past) / 60_000;
  };
  const shown = new Float64Array(to - from);
  let reading = ask(from);
  for (let quarter = from; quarter < to; quarter += 15) {
    const next = ask(quarter + 15);
    for (let past = 0; past < 15; past += 1) {
      shown[quarter + past - from] = next === reading + 15 ? reading + past : ask(quarter + past);
    }
    reading = next;
  }
  return shown;
}

/**
 * The launches in [from, from + shown.length), of which the first two days only say what has been shown
 * before. `shown` comes from `wallClock`.
 */
export function naiveLaunches(cron: NaiveCron, from: number, shown: Float64Array): number[] {
  const launches: number[] = [];
  const fits = memory(cron);
  // The latest reading so far: what is not beyond it has been shown before, what lies between is missing.
  let latest = (shown[0] ?? 0) - 1;
  for (const [index, reading] of shown.entries()) {
    let launched = false;
    if (cron.followsRealTime) launched = fits(reading);
    else for (let time = latest + 1; time <= reading; time += 1) launched ||= fits(time);
    if (launched && index >= lead) launches.push(from + index);
    latest = Math.max(latest, reading);
  }
  return launches;
}

/** Two days. */
export const lead = 2880;

/** Asks whether a day fits once, not 1,440 times. */
function memory(cron: NaiveCron): (reading: number) => boolean {
  let day = NaN;
  let fitsDay = false;
  return (reading) => {
    const today = Math.floor(reading / 1440);
    if (today !== day) {
      day = today;
      fitsDay = cron.fitsDay(new Date(reading * 60_000));
    }
    if (!fitsDay) return false;
    return cron.fitsTime(Math.floor((reading % 1440) / 60), reading % 60);
  };
}
