/** One field of a cron: lists of numbers, names, ranges and steps. */
import type { FieldRule } from './field-rules.ts';

export type FieldReading =
  | { readonly ok: true; readonly field: CronField }
  | { readonly ok: false; readonly message: string };

export interface CronField {
  /** In numbers, items in the order in which they were written. */
  readonly text: string;
  readonly values: ReadonlySet<number>;
}

/** The values of a field, or a sentence on the first item that cannot be read. */
export function readField(rule: FieldRule, written: string): FieldReading {
  const items: Item[] = [];
  for (const text of written.split(',')) {
    const item = readItem(rule, text);
    if (typeof item === 'string') return { ok: false, message: item };
    items.push(item);
  }
  const text = items.map((item) => item.text).join(',');
  return { ok: true, field: { text, values: new Set(items.flatMap(({ values }) => values)) } };
}

interface Item {
  readonly text: string;
  readonly values: readonly number[];
}

/** An item, or what is wrong with it. */
function readItem(rule: FieldRule, text: string): Item | string {
  const { from, to, step } = itemForm.exec(text)?.groups ?? {};
  if (from === undefined) return notUnderstood(rule, text);
  if (from === '*') {
    if (to !== undefined) return notUnderstood(rule, text);
    // Of weekdays 0 to 6: the other Sunday would shift the steps.
    return stepped(rule, text, [rule.lowest, rule.lowest + sizeOf(rule) - 1], step);
  }
  const first = numberOf(rule, from);
  if (typeof first === 'string') return first;
  if (to === undefined) {
    // Others read `5/10` as `5-59/10`, and yet others as `5`; Kuroko2 refuses it.
    if (step !== undefined) return stepWithoutRange(rule, first, step);
    const value = first % (rule.lowest + sizeOf(rule));
    return { text: String(value), values: [value] };
  }
  const last = numberOf(rule, to);
  if (typeof last === 'string') return last;
  // By its name Sunday may end a week, as in `fri-sun`; `5-0` is nothing.
  const end = /^sun$/i.test(to) && first > 0 ? rule.highest : last;
  return stepped(rule, text, [first, end], step);
}

const itemForm = /^(?<from>\*|\w+)(?:-(?<to>\w+))?(?:\/(?<step>\w+))?$/;

/** What `*` and a range have in common: a first value, a last one, and a step. */
function stepped(
  rule: FieldRule,
  text: string,
  [first, last]: readonly [number, number],
  written: string | undefined,
): Item | string {
  if (first > last) return emptyRange(rule, text);
  const step = written === undefined ? 1 : plainNumber(written);
  if (step === null || step < 1 || step > rule.longestStep) return stepOutOfRange(rule, text);
  const values: number[] = [];
  const wrap = rule.lowest + sizeOf(rule);
  for (let value = first; value <= last; value += step) values.push(value % wrap);
  const range = text.startsWith('*') ? '*' : `${first}-${last}`;
  return { text: written === undefined ? range : `${range}/${step}`, values };
}

/** How many values there are: a week has seven, though its Sunday has two numbers. */
function sizeOf({ lowest, highest }: FieldRule): number {
  return (highest === 7 ? 6 : highest) - lowest + 1;
}

/** A number or a name as a number, or what is wrong with it. */
function numberOf(rule: FieldRule, text: string): number | string {
  const named = rule.names.indexOf(text.toLowerCase());
  if (named >= 0) return named + rule.firstNamed;
  const number = plainNumber(text);
  if (number === null) {
    return /^0\d+$/.test(text) ? leadingZero(rule, text) : notUnderstood(rule, text);
  }
  return number < rule.lowest || number > rule.highest ? outOfRange(rule, text) : number;
}

/** Null for whatever is not a number in its shortest form. */
function plainNumber(text: string): number | null {
  return /^(?:0|[1-9]\d{0,3})$/.test(text) ? Number(text) : null;
}

const allowed = ({ lowest, highest }: FieldRule): string => `${lowest}-${highest}`;

function notUnderstood(rule: FieldRule, text: string): string {
  const [name] = rule.names;
  const names = name === undefined ? '' : ` (or names such as \`${name}\`)`;
  return `The ${rule.name} \`${text}\` is not understood: write \`*\`, numbers of ${allowed(rule)}${names}, ranges \`1-5\`, steps \`*/2\`, lists \`1,3\`.`;
}

function outOfRange(rule: FieldRule, text: string): string {
  return `The ${rule.name} \`${text}\` is out of range: ${allowed(rule)} are allowed.`;
}

function leadingZero(rule: FieldRule, text: string): string {
  return `The ${rule.name} \`${text}\` begins with a zero: write \`${Number(text)}\`.`;
}

function emptyRange(rule: FieldRule, text: string): string {
  return `The ${rule.name} \`${text}\` is an empty range: write the smaller number first, or two ranges.`;
}

function stepOutOfRange(rule: FieldRule, text: string): string {
  return `The step of the ${rule.name} \`${text}\` is out of range: 1-${rule.longestStep} are allowed.`;
}

function stepWithoutRange(rule: FieldRule, first: number, step: string): string {
  return `The ${rule.name} \`${first}/${step}\` has a step but no range: write \`${first}-${rule.highest}/${step}\`.`;
}
