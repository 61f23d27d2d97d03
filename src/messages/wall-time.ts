/** What the clock on the wall of a zone shows, as people say it. */
import type { About } from './about.ts';

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `Sun 3 Nov 01:30` of `2024-11-03T01:30:00-04:00`; with the year where it is not this one. */
export function wallTime(iso: string, { now }: Pick<About, 'now'>): string {
  const [date = '', rest = ''] = iso.split('T');
  const day = new Date(`${date}T00:00:00Z`);
  const name = `${weekdays[day.getUTCDay()]} ${day.getUTCDate()} ${months[day.getUTCMonth()]}`;
  const year = day.getUTCFullYear() === now.getUTCFullYear() ? '' : ` ${day.getUTCFullYear()}`;
  return `${name}${year} ${rest.slice(0, 5)}`;
}
