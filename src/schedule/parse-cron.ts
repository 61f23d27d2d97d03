/** The text of a cron -> when it launches, or what is wrong with it. */
import type { Cron } from './cron.ts';
import { type CronField, readField } from './cron-field.ts';
import { type FieldName, fieldNames, fieldRules } from './field-rules.ts';

export type ParsedCron =
  | { readonly ok: true; readonly cron: Cron }
  | { readonly ok: false; readonly problem: CronProblem };

export interface CronProblem {
  /** Null when it is not one field that is wrong. */
  readonly field: FieldName | null;
  /** A sentence with what is wrong and what is allowed. It quotes the text: escape it. */
  readonly message: string;
}

/**
 * Reads five fields, or a word such as `@daily` (contract, section 4). What Kuroko2 refuses is refused,
 * but for names, 7 as Sunday and the words; so is what would never launch. White space at either end is
 * not part of a cron.
 */
export function parseCron(text: string): ParsedCron {
  if (text.length > longest) return refused(null, `A cron has at most ${longest} characters.`);
  const word = text.startsWith('@') ? words[text.toLowerCase()] : undefined;
  if (word === undefined && text.startsWith('@')) return refused(null, unknownWord(text));
  const written = (word ?? text).split(/[ \t\n\v\f\r]+/);
  if (written.length !== fieldNames.length || written.includes('')) {
    return refused(null, notFiveFields(text, written));
  }
  const fields: Partial<Record<FieldName, CronField>> = {};
  for (const [at, name] of fieldNames.entries()) {
    const reading = readField(fieldRules[name], String(written[at]));
    if (!reading.ok) return refused(name, reading.message);
    fields[name] = reading.field;
  }
  const cron = cronOf(fields as Record<FieldName, CronField>);
  return neverLaunches(cron) ? refused('day', noSuchDate(cron)) : { ok: true, cron };
}

/** All 60 minutes, 24 hours, 31 days, 12 months and 7 weekdays, written one by one, are 351. */
const longest = 1000;

const words: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

function cronOf({ minute, hour, day, month, weekday }: Record<FieldName, CronField>): Cron {
  return {
    text: [minute, hour, day, month, weekday].map((field) => field.text).join(' '),
    times: { hours: ascending(hour), minutes: ascending(minute) },
    days: day.values,
    months: month.values,
    weekdays: weekday.values,
    dayRule: day.text === '*' || weekday.text === '*' ? 'both' : 'either',
    clock: isWild(minute) || isWild(hour) ? 'real' : 'fixed',
  };
}

function ascending({ values }: CronField): number[] {
  return [...values].toSorted((a, b) => a - b);
}

/** `*` or a step from it is the whole field: `*\/20,5` are times of day like `0,5,20,40`. */
function isWild({ text }: CronField): boolean {
  return /^\*(?:\/\d+)?$/.test(text);
}

/**
 * Decided by the calendar: there is no such date in any year. Every weekday comes in every month, so only
 * a day without a weekday beside it can be missing.
 */
function neverLaunches({ text, days, months }: Cron): boolean {
  if (!text.endsWith(' *')) return false;
  const earliest = Math.min(...days);
  return [...months].every((month) => earliest > Number(daysIn[month - 1]));
}

const daysIn = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function refused(field: FieldName | null, message: string): ParsedCron {
  return { ok: false, problem: { field, message } };
}

function unknownWord(text: string): string {
  return `\`${text}\` is not known: write five fields, or one of ${Object.keys(words).join(', ')}.`;
}

function notFiveFields(text: string, written: readonly string[]): string {
  const count = written.filter((field) => field !== '').length;
  if (count === fieldNames.length) return 'A cron has no white space before or after it.';
  const fields = `A cron has five fields (${fieldNames.join(', ')})`;
  return count === 0 ? `${fields}: write them here.` : `${fields}, \`${text}\` has ${count}.`;
}

function noSuchDate({ text }: Cron): string {
  return `\`${text}\` would never launch: no month it names has such a day.`;
}
