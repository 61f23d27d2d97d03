/** The small parts that sentences are made of, as markup: links, people, moments, spans of time. */
import { escapeForSlack, markup, render, speaksLocally, type Markup } from '../templates.ts';
import { line } from './fit.ts';
import type { AuditRow } from '../store/audit.ts';
import type { About } from './about.ts';

/** Longest name of a job that is shown in a sentence; the longest that exists has 180. */
const nameLimit = 200;

export function link(url: string, label: string): Markup {
  // A link ends at `>`, its address at `|`: neither is left in it.
  const address = escapeForSlack(encodeURI(decodeSafely(url)).replaceAll('|', '%7C'));
  const shown = escapeForSlack(line(label, nameLimit).replaceAll('|', '❘'));
  // The page of the local Slack knows no entity that would keep it from ending there.
  return markup(`<${address}|${speaksLocally() ? shown.replaceAll('>', '›') : shown}>`);
}

export const jobName = (name: string): string => line(name, nameLimit);

export function definitionLink(id: number, name: string, about: About): Markup {
  return link(`${about.baseUrl}/definitions/${id}`, name);
}

export function instanceLink(
  instance: { readonly id: number; readonly definitionId: number },
  label: string,
  about: About,
): Markup {
  return link(
    `${about.baseUrl}/definitions/${instance.definitionId}/instances/${instance.id}`,
    label,
  );
}

/** A mention where Slack knows the person, else the name. */
export function person(name: string, slackUser: string | null): Markup {
  return slackUser !== null && /^[UW][A-Z0-9]{2,20}$/.test(slackUser)
    ? markup(`<@${slackUser}>`)
    : markup(escapeForSlack(line(name, 100, 'somebody')));
}

export function channelMention(channel: string): Markup {
  return /^[CGD][A-Z0-9]{2,20}$/.test(channel)
    ? markup(`<#${channel}>`)
    : markup(escapeForSlack(line(channel, 100)));
}

export const auditPerson = (row: AuditRow): Markup =>
  person(row.actorName, row.actorKind === 'slack' ? row.actorId : null);

/** A day and a time in the reader's own zone; UTC where Slack cannot. */
export function moment(at: Date): Markup {
  return dateToken(at, '{date_short_pretty} {time_secs}', 19);
}

/** A day and a time to the minute in the reader's own zone, for what is to come. */
export function minuteMoment(at: Date): Markup {
  return dateToken(at, '{date_short_pretty} {time}', 16);
}

/** A time of day in the reader's own zone. */
export function timeOfDay(at: Date): Markup {
  return dateToken(at, '{time}', 16);
}

/** The time of day where the day goes without saying, for moments on either side of now. */
export function clock(at: Date, { now }: Pick<About, 'now'>): Markup {
  const hours = Math.abs(at.getTime() - now.getTime()) / 3_600_000;
  return hours < 12 ? timeOfDay(at) : moment(at);
}

function dateToken(at: Date, format: string, length: number): Markup {
  const fallback = at.toISOString().slice(0, length).replace('T', ' ');
  if (speaksLocally()) return markup(`${fallback} UTC`);
  return markup(`<!date^${Math.floor(at.getTime() / 1_000)}^${format}|${fallback} UTC>`);
}

/** What lies between two moments, to the second: `1 h 2 min`, `3 min 4 s`, `5 s`. */
export function span(from: Date, to: Date): string {
  const seconds = Math.max(0, Math.round((to.getTime() - from.getTime()) / 1_000));
  return render('slack/phrases#span', units(seconds));
}

/**
 * What has passed since, in steps that grow with it: the text of a message that is edited only
 * when it changes, and edits are what Slack allows least of.
 */
export function elapsed(from: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - from.getTime()) / 60_000);
  const step = minutes < 10 ? 1 : minutes < 60 ? 5 : minutes < 24 * 60 ? 30 : 24 * 60;
  const rounded = Math.max(0, minutes - (minutes % step));
  return render('slack/phrases#elapsed', units(rounded * 60));
}

function units(seconds: number) {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  return {
    days,
    hours,
    minutes,
    seconds: seconds % 60,
    // The two largest units say enough.
    withMinutes: days === 0 && minutes > 0,
    withSeconds: days === 0 && hours === 0 && (minutes === 0 || seconds % 60 > 0),
    none: seconds === 0,
  };
}

/** Bytes as people say them: `512 bytes`, `1.2 kB`, `3.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  const [unit, divisor] =
    bytes < 1_000_000
      ? ['kB', 1_000]
      : bytes < 1_000_000_000
        ? ['MB', 1_000_000]
        : ['GB', 1_000_000_000];
  return `${(bytes / divisor).toFixed(1)} ${unit}`;
}

function decodeSafely(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}
