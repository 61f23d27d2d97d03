/** Durations, memory and expected ends of commands, as the command line writes them. */
import { memorySize } from '../messages/memory-size.ts';
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

/** Of memory; `-` for none. */
export const memoryText = (bytes: number | null): string =>
  bytes === null ? '-' : memorySize(bytes);

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
