/** A cron in words. The words are cronstrue's; that they say what is launched is seen to here. */
import { toString as wordsOf } from 'cronstrue';

/**
 * `text` is a cron that was accepted, as it is stored or normalised: five fields, or a word such as
 * `@daily`. `At 02:30, Monday through Friday`. Of what another version accepted it says that it is not
 * understood here.
 */
export function cronWords(text: string): string {
  try {
    return saidOf(text);
  } catch {
    return 'not understood by this version';
  }
}

function saidOf(text: string): string {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) return words(text.trim());
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields.map(plainField);
  if (fields[2] === '*' || fields[4] === '*') {
    return words([minute, hour, day, month, weekday].join(' '));
  }
  // Either of the two is enough, where the library says "and".
  const time = words([minute, hour, '* * *'].join(' '));
  const added = (rest: string): string => words([minute, hour, rest].join(' ')).slice(time.length);
  const onWeekday = added(`* * ${weekday}`).replace(/^, (?:only )?/, '');
  return `${time}${added(`${day} * *`)} or ${onWeekday}${added(`* ${month} *`)}`;
}

const words = (text: string): string => wordsOf(text, { use24HourTimeFormat: true });

/**
 * A step that does not come out even is written as its numbers: `*\/7` is not "every 7 minutes" when
 * the hour turns, and weekdays and mixed lists are clearer so.
 */
function plainField(text: string, at: number): string {
  const field = ranges[at];
  if (field === undefined || !text.includes('/')) return text;
  const step = /^\*\/(?<step>\d+)$/.exec(text)?.groups?.['step'];
  if (step === '1') return '*';
  const even = step !== undefined && field.size % Number(step) === 0;
  if (even && Number(step) < field.size) return text;
  if (step === undefined && !text.includes(',') && !field.named) return text;
  return numbers(text, field).join(',');
}

function numbers(text: string, { lowest, size }: FieldRange): number[] {
  const values = text.split(',').flatMap((item) => {
    const [range = '', step = '1'] = item.split('/');
    const [first = '', last = first] =
      range === '*' ? [lowest, lowest + size - 1] : range.split('-');
    const found: number[] = [];
    // No field has more: what another version has saved ends here, too.
    for (let value = Number(first); value <= Number(last) && found.length < 60;) {
      found.push(value);
      value += Number(step);
    }
    return found;
  });
  return [...new Set(values)].toSorted((a, b) => a - b);
}

interface FieldRange {
  readonly lowest: number;
  readonly size: number;
  /** Its numbers have names: a list of them reads well. */
  readonly named: boolean;
}

/** A month is not even: 31 days. */
const ranges: readonly FieldRange[] = [
  { lowest: 0, size: 60, named: false },
  { lowest: 0, size: 24, named: false },
  { lowest: 1, size: 31, named: false },
  { lowest: 1, size: 12, named: true },
  { lowest: 0, size: 7, named: true },
];
