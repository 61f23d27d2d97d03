/**
 * The command of several lines below `execute: |`, as YAML reads a literal block: whatever is
 * indented deeper, without what its lines have in common. `#` in it belongs to the shell.
 */

export interface Block {
  /** It neither begins nor ends with a blank line. */
  readonly command: string;
  /** Its lines that are not blank: which of the script, from 1, and the indentation that it goes by. */
  readonly indents: readonly { readonly line: number; readonly indent: string }[];
  /** Index of the first line after it. */
  readonly end: number;
}

/**
 * The block that begins with this line, or after blank ones, below one that is indented by `above`
 * characters; null where no deeper line follows. Comments that are not indented deeper are the
 * script's, as everywhere: they end nothing and are no part of the command. Linear.
 */
export function blockBelow(lines: readonly string[], from: number, above: number): Block | null {
  const deeper: { line: number; indent: string }[] = [];
  let end = from;
  for (let at = from; ; at += 1) {
    const text = lines[at];
    if (text === undefined) break;
    const indent = indentOf(text);
    if (isBlank(text)) continue;
    if (indent.length <= above && text[indent.length] !== '#') break;
    if (indent.length <= above) continue;
    deeper.push({ line: at + 1, indent });
    end = at + 1;
  }
  const [first] = deeper;
  if (first === undefined) return null;
  const common = deeper.reduce((sofar, { indent }) => shared(sofar, indent), first.indent);
  // Lines that have less in common than what makes them deeper mix tabs and spaces.
  const deep = Math.max(common.length, above + 1);
  return {
    command: lines
      .slice(first.line - 1, end)
      .filter((text) => isBlank(text) || indentOf(text).length > above)
      .map((text) => lineOf(text, common))
      .join('\n'),
    indents: deeper.map(({ line, indent }) => ({ line, indent: indent.slice(0, deep) })),
    end,
  };
}

/** What stands before the first word of a line: Ruby's `\s`, for a lone carriage return ends none. */
function indentOf(text: string): string {
  return text.slice(0, indentEnd(text));
}

/** Where it ends, of a blank line the line's own end; the line begins at `from`. */
export function indentEnd(text: string, from = 0): number {
  let end = from;
  while (isSpace(text.charCodeAt(end))) end += 1;
  return end;
}

/** `[ \t\r\f\v]`; a regular expression a line takes three times as long to read a script. */
const isSpace = (code: number): boolean => code === 32 || code === 9 || (code >= 11 && code <= 13);

const isBlank = (text: string): boolean => indentEnd(text) === text.length;

function shared(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, length);
}

/** A blank line may be indented less. Carriage returns at the end of a line belong to its end. */
function lineOf(text: string, common: string): string {
  if (!text.startsWith(common)) return '';
  let end = text.length;
  while (end > common.length && text[end - 1] === '\r') end -= 1;
  return text.slice(common.length, end);
}
