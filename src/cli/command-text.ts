/** Durations, memory and expected ends of commands, as the command line writes them. */
import { timeText } from './row-text.ts';
import type { DrainEstimate } from '../operations/drain-estimate.ts';
import type { ExpectedEnd } from '../store/usual-durations.ts';

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`; `-` for none. */
export function durationText(seconds: number | null): string {
  if (seconds === null) return '-';
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [size, unit, small, smallUnit] =
    whole < 3_600
      ? [60, 'min', 1, 's']
      : whole < 86_400
        ? [3_600, 'h', 60, 'min']
        : [86_400, 'd', 3_600, 'h'];
  const rest = Math.floor((whole % size) / small);
  return `${Math.floor(whole / size)} ${unit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
}

/** `512 KB`, `12.3 MB`, `1.5 GB`, in steps of 1,024; `-` for none. */
export function memoryText(bytes: number | null): string {
  if (bytes === null) return '-';
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = bytes / 1_024;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${value.toFixed(value < 100 && unit > 0 ? 1 : 0)} ${units[unit] ?? ''}`;
}

export function expectedEndText(end: ExpectedEnd): string {
  switch (end.type) {
    case 'unknown':
      return 'unknown';
    case 'at':
      return timeText(end.at);
    case 'overdue':
      return `overdue (${timeText(end.at)})`;
  }
}

/** When a drained executor is empty, as a sentence goes on: "it ...". */
export function estimateText(estimate: DrainEstimate): string {
  switch (estimate.type) {
    case 'empty':
      return 'is empty';
    case 'at':
      return `is expected to be empty at ${timeText(estimate.at)}`;
    case 'overdue': {
      const what = estimate.overdue === 1 ? '1 command takes' : `${estimate.overdue} commands take`;
      const others =
        estimate.at === null ? '' : `; the others are expected to end by ${timeText(estimate.at)}`;
      return `is empty at a time that is unknown, for ${what} longer than usual${others}`;
    }
    case 'unknown': {
      const what = estimate.unknown === 1 ? 'of 1 command' : `of ${estimate.unknown} commands`;
      return `is empty at a time that is unknown, for there is no past ${what}`;
    }
  }
}
