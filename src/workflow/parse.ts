/** Script -> tree, or everything that cannot be read in it. */
import type { Node } from './node.ts';
import { type Block, blockBelow, indentOf } from './block.ts';
import { cutComment } from './cut-comment.ts';
import { nesting, type Nesting } from './nesting.ts';
import type { ScriptError } from './script-error.ts';
import type { Problem } from './task.ts';
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
  const tree: Growing = { type: 'root', option: null, path: '', line: 1, column: 1, children: [] };
  const errors: ScriptError[] = [];
  const nest = nesting<Growing>(tree);
  const lines = script.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const text = lines[at] ?? '';
    const indent = indentOf(text);
    const rest = text.slice(indent.length);
    if (rest === '' || rest.startsWith('#')) continue;
    const where = { line: at + 1, column: indent.length + 1 };
    const place = nest.place(indent, where.line);
    if (place.problem !== null) errors.push({ ...where, ...place.problem });
    const task = /^(\w+):([^]*)$/.exec(rest);
    if (task === null) errors.push({ ...where, ...syntaxError(where.line, rest) });
    const [, word = unreadable, given = ''] = task ?? [];
    const option = readOption(given);
    const block = opensBlock(word, option) ? blockBelow(lines, at + 1, indent.length) : null;
    place.open(grow(place.parent, word, block?.command ?? option, where));
    if (block === null) continue;
    errors.push(...misindented(block, nest));
    at = block.end - 1;
  }
  return { tree, errors };
}

/**
 * Only of `execute`: the words that a configuration adds are not known here, and to Kuroko2 their
 * `|` was an option like any other. A shell can run no `|`, so nobody has meant that by it.
 */
const opensBlock = (word: string, option: string | null): boolean =>
  word === 'execute' && option === '|';

function misindented({ indents }: Block, nest: Nesting<Growing>): ScriptError[] {
  return indents.flatMap(({ line, indent }) => {
    const problem = nest.mixed(indent, line);
    return problem === null ? [] : [{ line, column: indent.length + 1, ...problem }];
  });
}

interface Growing extends Node {
  readonly children: Growing[];
}

function grow(
  parent: Growing,
  type: string,
  option: string | null,
  where: Pick<Node, 'line' | 'column'>,
): Growing {
  const path = `${parent.path}/${parent.children.length}-${type}`;
  const node: Growing = { type, option, path, ...where, children: [] };
  parent.children.push(node);
  return node;
}

/** Null where nothing follows the colon; '' where only a comment does, as in Kuroko2. */
export function readOption(text: string): string | null {
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

function syntaxError(line: number, text: string): Problem {
  const [, word = '', option = ''] = /^(\w+)[ \t]*:?[ \t]*([^]*)$/.exec(text.trimEnd()) ?? [];
  return {
    message: `(line ${line}) syntax error.`,
    suggestion: taskWords.has(word)
      ? `Did you mean \`${`${word}: ${shortened(option)}`.trimEnd()}\`?`
      : 'A line is a task, a colon and its option: `execute: ./report.sh`.',
  };
}

/** At most 60 characters, none of them cut in half. */
function shortened(text: string): string {
  return text.replace(/^([^]{60})[^]+$/u, '$1...');
}
