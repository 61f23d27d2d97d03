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
  if (!beginning.test(text)) return null;
  const start = beginning.lastIndex;
  const name = text.slice(at, start - 1);
  const quote = text.charAt(start);
  const close = quote === '"' || quote === "'" ? closingQuote(text, start) : null;
  if (close !== null) {
    const quoted = text.slice(start + 1, close);
    const value = quoted.includes('\\') ? quoted.replaceAll(`\\${quote}`, quote) : quoted;
    return { name, value, start, end: close + 1 };
  }
  const end = afterWord(text, start);
  return { name, value: text.slice(start, end), start, end };
}

/** The next place from there on that is no white space. */
export function afterSpace(text: string, at: number): number {
  let end = at;
  while (isSpace(text.charCodeAt(end))) end += 1;
  return end;
}

/** The next place from there on that is white space. */
export function afterWord(text: string, at: number): number {
  let end = at;
  while (end < text.length && !isSpace(text.charCodeAt(end))) end += 1;
  return end;
}

const beginning = /\w+=/y;

/** `[ \t\r\n\f\v]` */
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
