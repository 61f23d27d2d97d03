/** A moment as a time zone writes it, cheap for many moments of the same minute. */

/** `2016-04-20T16:29:57.302+09:00`; `Z` in UTC, but `+00:00` in a London winter, as Rails has it. */
export function isoInZone(at: Date, timeZone: string): string {
  const minute = Math.floor(at.getTime() / minuteMs);
  // Many are launched within a minute, and no clock is changed within one: asking takes 40 µs.
  if (last?.minute !== minute || last.timeZone !== timeZone) {
    last = { minute, timeZone, ...offsetAt(at, timeZone) };
  }
  return new Date(at.getTime() + last.aheadMs).toISOString().replace('Z', last.text);
}

const minuteMs = 60_000;

interface Offset {
  /** What local time is ahead of UTC. */
  readonly aheadMs: number;
  /** `+09:00`, or `Z`. */
  readonly text: string;
}

let last: (Offset & { readonly minute: number; readonly timeZone: string }) | null = null;

function offsetAt(at: Date, timeZone: string): Offset {
  const isUtc = /^(Etc\/)?(UTC|UCT|Zulu|Universal)$/i.test(timeZone);
  if (isUtc) return { aheadMs: 0, text: 'Z' };
  const parts = formatOf(timeZone).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const text = name.replace('GMT', '') || '+00:00';
  const [, sign, hours, minutes] = /^([+-])(\d+):(\d+)/.exec(text) ?? [];
  const ahead = (Number(hours) * 60 + Number(minutes)) * minuteMs;
  return { aheadMs: sign === '-' ? -ahead : ahead, text };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept: making one takes 0.3 ms. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  return format;
}
