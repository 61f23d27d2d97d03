/** Minutes of schedules as the command line writes them: by the clocks of their zone. */
import type { ClockChangeNote } from '../schedule/clock-change-at.ts';

/** `Sun 2024-11-03 01:30 -04:00` of the same as ISO 8601. */
export function localText(iso: string): string {
  const [date = '', rest = ''] = iso.split('T');
  const weekday = weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? '';
  const offset = rest.slice(8);
  return `${weekday} ${date} ${rest.slice(0, 5)} ${offset === 'Z' ? 'UTC' : offset}`;
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Empty for none. */
export function clockChangeText(note: ClockChangeNote): string {
  switch (note) {
    case 'moved':
      return 'moved: that day has no such time, this is the first minute after the gap';
    case 'first of two':
      return 'the first of two: that time comes again, and is not launched then';
    case null:
      return '';
  }
}
