/** The next launches as a list: suspended ones struck through, changes of the clocks noted. */
import { escapeForSlack, markup, render, type Markup } from '../templates.ts';
import { code, line } from './fit.ts';
import { minuteMoment } from './phrases.ts';
import { wallTime } from './wall-time.ts';
import type { About } from './about.ts';

export interface PreviewedLaunch {
  /** In the zone of its schedule: `2024-11-03T01:30:00-04:00`. */
  readonly text: string;
  readonly cron: string;
  readonly timeZone: string;
  /** The suspend schedule that takes it out; null: it is launched. */
  readonly suspendedBy: string | null;
  /** The time of day does not exist on that day; it comes again and is launched this time only. */
  readonly clockChange: 'moved' | 'first of two' | null;
}

const shown = 5;

export interface LaunchesToCome {
  readonly launches: readonly PreviewedLaunch[];
  /** The first that is not suspended; null: none, or the job is suspended. */
  readonly nextAt: Date | null;
}

/** Null for none. `suspended`: the job is, so that all are struck through. */
export function launchPreview(
  { launches, nextAt }: LaunchesToCome,
  suspended: boolean,
  about: About,
): Markup | null {
  if (launches.length === 0) return null;
  const listed = launches.slice(0, shown);
  const zones = new Set(listed.map(({ timeZone }) => timeZone));
  const crons = new Set(listed.map(({ cron }) => cron));
  const [only] = zones.size === 1 ? zones : [];
  const title = render('slack/schedule#preview', {
    zone: only === undefined ? null : line(only, 60),
    suspended,
  });
  const rows = listed.map((launch) =>
    render('slack/schedule#launch', {
      at: timeOf(launch, suspended, about),
      zone: only === undefined ? line(launch.timeZone, 60) : null,
      cron: crons.size > 1 ? code(launch.cron, 60) : null,
      suspendedBy: launch.suspendedBy === null ? null : code(launch.suspendedBy, 60),
      moved: launch.clockChange === 'moved',
      first: launch.clockChange === 'first of two',
    }),
  );
  const noneOpen = listed.every(({ suspendedBy }) => suspendedBy !== null);
  if (noneOpen && nextAt !== null) {
    rows.push(render('slack/schedule#first-open', { next: minuteMoment(nextAt) }));
  }
  return markup([title, ...rows].join('\n'));
}

function timeOf(launch: PreviewedLaunch, suspended: boolean, about: About): Markup {
  const time = escapeForSlack(wallTime(launch.text, about));
  return markup(suspended || launch.suspendedBy !== null ? `~${time}~` : time);
}
