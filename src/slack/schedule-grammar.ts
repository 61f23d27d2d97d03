/** What can follow `schedule`, `suspend-schedule`, `suspend`, `resume` and `why`: a job, and what about it. */
import type { Word } from './split-words.ts';

export type ScheduleCommand =
  /** Null: they are shown. */
  | { readonly verb: 'schedule'; readonly job: string; readonly wish: ScheduleWish | null }
  | { readonly verb: 'suspend-schedule'; readonly job: string; readonly wish: ScheduleWish | null }
  | { readonly verb: 'suspend' | 'resume'; readonly job: string }
  /** `time` as it was typed. */
  | { readonly verb: 'why'; readonly job: string; readonly time: string }
  | { readonly verb: 'malformed'; readonly problem: string };

export interface ScheduleWish {
  readonly deed: 'add' | 'remove';
  readonly cron: string;
  /** Null: the configured one. Left out: that one of what is added, any of what is removed. */
  readonly timeZone?: string | null;
  /** What is done about missed minutes; null: as configured. */
  readonly catchUp: 'latest' | 'all' | 'none' | null;
}

/** `job [add|remove CRON [zone] [catch_up=latest|all|none]]`; a cron needs no quotes. */
export function scheduleCommand(
  verb: 'schedule' | 'suspend-schedule',
  words: readonly Word[],
): ScheduleCommand {
  const [job, deed, ...rest] = words;
  if (job === undefined) return whichJob(verb);
  const name = jobOf(job);
  if (deed === undefined) return { verb, job: name, wish: null };
  const wanted = deed.text.toLowerCase();
  if (wanted !== 'add' && wanted !== 'remove') return malformed(usage(verb));
  const [cron, options] = cronOf(rest);
  if (cron === '') return malformed(usage(verb));
  const wish = withOptions({ deed: wanted, cron, catchUp: null }, options);
  if (typeof wish === 'string') return malformed(wish);
  if (verb === 'suspend-schedule' && (wish.timeZone ?? wish.catchUp) != null) {
    return malformed('A suspend schedule is a cron alone: it goes by the clocks of each schedule.');
  }
  return { verb, job: name, wish };
}

/** `suspend job`, `resume job`. */
export function suspensionCommand(
  verb: 'suspend' | 'resume',
  words: readonly Word[],
): ScheduleCommand {
  const [job, extra] = words;
  if (job === undefined) return whichJob(verb);
  if (extra === undefined) return { verb, job: jobOf(job) };
  return malformed(
    `One job at a time. A name with spaces goes in quotes: \`${verb} "two words"\`. At times of its own: \`suspend-schedule JOB add CRON\`; a worker: \`workers ${verb} HOST NUMBER\`.`,
  );
}

/** `why job time`: all that follows the job is the time. */
export function whyCommand(words: readonly Word[]): ScheduleCommand {
  const [job, ...rest] = words;
  const time = rest.map(({ text }) => text).join(' ');
  if (job === undefined || time === '') {
    return malformed(
      'Say which job and when: `why nightly-report 02:30`, `why 12 yesterday 02:30`.',
    );
  }
  return { verb: 'why', job: jobOf(job), time };
}

/** `#12` is 12: that is how messages name jobs. */
const jobOf = (word: Word): string =>
  word.quoted ? word.text : word.text.replace(/^#(?=\d+$)/, '');

/** One word in quotes, or that begins with @; else five. The second is what follows. */
function cronOf(words: readonly Word[]): [cron: string, rest: readonly string[]] {
  const plain = words.map(({ text }) => plainCron(text));
  const [first = ''] = plain;
  const count = first.startsWith('@') || /\s/.test(first) ? 1 : 5;
  return [plain.slice(0, count).join(' ').trim(), plain.slice(count)];
}

/** What comes by itself on a phone is undone, and so is what comes with a copy from the local Slack. */
export const plainCron = (text: string): string =>
  text
    .replaceAll('`', '')
    .replaceAll(/[\u2013\u2014]/g, '-')
    .replaceAll('\u2217', '*');

/** The wish, or what is wrong with what follows the cron. */
function withOptions(wish: ScheduleWish, options: readonly string[]): ScheduleWish | string {
  let given = wish;
  for (const option of options) {
    const [key, value] = /^(\w+)=(.*)$/.exec(option)?.slice(1) ?? ['zone', option];
    if (key === 'catch_up') {
      if (value !== 'latest' && value !== 'all' && value !== 'none') {
        return `\`${option}\` is not known: catch_up is latest, all or none.`;
      }
      given = { ...given, catchUp: value };
    } else if ((key === 'zone' || key === 'time_zone') && value && given.timeZone === undefined) {
      given = { ...given, timeZone: value };
    } else {
      return `\`${option}\` is not known: after the cron come a time zone and catch_up=latest, all or none.`;
    }
  }
  return given;
}

const malformed = (problem: string): ScheduleCommand => ({ verb: 'malformed', problem });

const whichJob = (verb: string): ScheduleCommand =>
  malformed(`Say which job: \`${verb} 12\` or \`${verb} nightly-report\`.`);

const usage = (verb: 'schedule' | 'suspend-schedule'): string =>
  verb === 'schedule'
    ? 'Say `schedule JOB`, `schedule JOB add 30 2 * * * [Europe/Berlin] [catch_up=latest|all|none]` or `schedule JOB remove 30 2 * * *`.'
    : 'Say `suspend-schedule JOB`, `suspend-schedule JOB add * * 1 1 *` or `suspend-schedule JOB remove * * 1 1 *`.';
