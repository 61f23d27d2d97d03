/** Script -> tree, or everything that cannot be read in it. */
import type { Node } from './node.ts';
import { cutComment } from './cut-comment.ts';
import type { ScriptError } from './script-error.ts';
import { taskWords } from './tasks.ts';

export type Parsed =
  | { readonly ok: true; readonly tree: Node }
  | { readonly ok: false; readonly errors: readonly ScriptError[] };

/**
 * Reads a script, LF or CRLF. It says nothing about the words and their options: `validate` does.
 * The errors are all of them, in the order of the script. Linear in its length.
 */
export function parse(script: string): Parsed {
  const { tree, errors } = read(script);
  return errors.length === 0 ? { ok: true, tree } : { ok: false, errors };
}

/** The type of a node that stands for a line which cannot be read, so that its children have a home. */
export const unreadable = '';

/** The tree of what can be read, and the errors of what cannot. */
export function read(script: string): { tree: Node; errors: ScriptError[] } {
  const tree: Growing = { ...position(1, 1), type: 'root', option: null, path: '', children: [] };
  let level: Level = { indent: -1, node: tree, above: null };
  const errors: ScriptError[] = [];
  const mixture = mixtureWatch();
  for (const [index, text] of script.split('\n').entries()) {
    const rest = text.replace(indentation, '');
    const indent = text.slice(0, text.length - rest.length);
    if (rest === '' || rest.startsWith('#')) continue;
    const where = position(index + 1, indent.length + 1);
    const mixed = mixture(indent);
    if (mixed === 'here') errors.push({ ...where, ...mixedIndentation(where.line) });
    const { parent, lost } = closeLevels(level, indent.length);
    if (lost !== null && mixed === 'no') errors.push({ ...where, ...lostLevel(where.line, lost) });
    const task = /^(\w+):([^]*)$/.exec(rest);
    if (task === null) errors.push({ ...where, ...syntaxError(where.line, rest) });
    const node = grow(parent.node, task?.[1] ?? unreadable, readOption(task?.[2] ?? ''), where);
    level = { indent: indent.length, node, above: parent };
  }
  return { tree, errors };
}

interface Growing extends Node {
  readonly children: Growing[];
}
interface Level {
  readonly indent: number;
  readonly node: Growing;
  /** The level that this one is nested in; null for the root's, which no line can close. */
  readonly above: Level | null;
}
type Complaint = Pick<ScriptError, 'message' | 'suggestion'>;

/** What Ruby's `\s` is within a line: a lone carriage return is no line end. */
const indentation = /^[ \t\r\f\v]*/;

function position(line: number, column: number): { line: number; column: number } {
  return { line, column };
}

/** Whether a tab and a space have both been used to indent: first on this line, or before it. */
function mixtureWatch(): (indent: string) => 'no' | 'here' | 'before' {
  let [tab, space] = [false, false];
  return (indent) => {
    if (tab && space) return 'before';
    tab ||= indent.includes('\t');
    space ||= indent.includes(' ');
    return tab && space ? 'here' : 'no';
  };
}

/**
 * Closes the levels that a line of this indentation ends. `lost` is null when it opens a level or
 * meets one, else the indentations that it could have met.
 */
function closeLevels(
  innermost: Level,
  indent: number,
): { parent: Level; lost: readonly number[] | null } {
  const closed: number[] = [];
  let parent = innermost;
  while (parent.above !== null && parent.indent >= indent) {
    closed.unshift(parent.indent);
    parent = parent.above;
  }
  if (closed.length === 0 || closed[0] === indent) return { parent, lost: null };
  return { parent, lost: parent.above === null ? closed : [parent.indent, ...closed] };
}

function grow(parent: Growing, type: string, option: string | null, where: Position): Growing {
  const path = `${parent.path}/${parent.children.length}-${type}`;
  const node: Growing = { type, option, path, ...where, children: [] };
  parent.children.push(node);
  return node;
}
type Position = ReturnType<typeof position>;

/** Null where nothing follows the colon; '' where only a comment does, as in Kuroko2. */
function readOption(text: string): string | null {
  if (/^[ \t\r\f\v]*$/.test(text)) return null;
  return trim(cutComment(text));
}

/** Ruby's `strip`: ASCII white space and NUL only, an ideographic space stays. */
function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && blank.includes(text.charAt(start))) start += 1;
  while (end > start && blank.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
const blank = '\0\t\n\v\f\r ';

function mixedIndentation(line: number): Complaint {
  return {
    message: `(line ${line}) inconsistent indentation.`,
    suggestion: 'Indent with spaces or with tabs: this script mixes them.',
  };
}

function lostLevel(line: number, levels: readonly number[]): Complaint {
  return {
    message: `(line ${line}) inconsistent indentation.`,
    suggestion: `It may stand beside the lines above that are indented by ${levels.slice(0, 5).join(' or ')}.`,
  };
}

function syntaxError(line: number, text: string): Complaint {
  const [, word = '', option = ''] = /^(\w+)[ \t]*:?[ \t]*([^]*)$/.exec(text.trimEnd()) ?? [];
  return {
    message: `(line ${line}) syntax error.`,
    suggestion: taskWords.has(word)
      ? `Did you mean \`${`${word}: ${option.slice(0, 60)}`.trimEnd()}\`?`
      : 'A line is a task, a colon and its option: `execute: ./report.sh`.',
  };
}
