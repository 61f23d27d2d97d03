/** `NAME=value` as the `env` task reads it, with the place of the value. */
import { closingQuote } from './closing-quote.ts';

export interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Where the value stands, its quotes included. */
  readonly start: number;
  readonly end: number;
}

/**
 * The assignment that begins exactly there, or null. Names are `\w+`. A value is quoted, with `\"` in
 * `"..."` and `\'` in `'...'`, or goes on to the next white space and may be empty.
 */
export function assignmentAt(text: string, at: number): Assignment | null {
  beginning.lastIndex = at;
  const name = beginning.exec(text)?.[1];
  if (name === undefined) return null;
  const start = at + name.length + 1;
  const quote = text.charAt(start);
  const close = quote === '"' || quote === "'" ? closingQuote(text, start) : null;
  if (close !== null) {
    const value = text.slice(start + 1, close).replaceAll(`\\${quote}`, quote);
    return { name, value, start, end: close + 1 };
  }
  const end = skip(bare, text, start);
  return { name, value: text.slice(start, end), start, end };
}

/** The next place from there on that is no white space. */
export const afterSpace = (text: string, at: number): number => skip(space, text, at);
/** The next place from there on that is white space. */
export const afterWord = (text: string, at: number): number => skip(bare, text, at);

const beginning = /(\w+)=/y;
const space = /[ \t\r\n\f\v]*/y;
const bare = /[^ \t\r\n\f\v]*/y;

/** Where the text goes on after what this sticky pattern matches, which may be nothing. */
function skip(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  pattern.test(text);
  return pattern.lastIndex;
}
