/** Script -> tree, or everything that cannot be read in it. */
import type { Node } from './node.ts';
import { type Block, blockBelow, indentEnd } from './block.ts';
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
  const nest = nesting<Growing>(script, tree);
  let lines: readonly string[] | null = null;
  let line = 0;
  let end = -1;
  let blockEnd = 0;
  // Not split into lines beforehand: a tenth of the time went into strings that nobody keeps.
  while (end < script.length) {
    const start = end + 1;
    line += 1;
    end = lineEnd(script, start);
    // What belongs to the command of a line before has been read with it.
    if (line <= blockEnd) continue;
    const begin = indentEnd(script, start);
    if (begin === end || script[begin] === '#') continue;
    const column = begin - start + 1;
    const place = nest.place(script.slice(start, begin), line);
    if (place.problem !== null) errors.push({ line, column, ...place.problem });
    const colon = wordEnd(script, begin);
    const readable = colon > begin && script[colon] === ':';
    if (!readable) errors.push({ line, column, ...syntaxError(line, script.slice(begin, end)) });
    const word = readable ? script.slice(begin, colon) : unreadable;
    const option = readable ? readOption(script, colon + 1, end) : null;
    let block: Block | null = null;
    if (opensBlock(word, option)) {
      lines ??= script.split('\n');
      block = blockBelow(lines, line, begin - start);
    }
    nest.open(grow(place.parent, word, block?.command ?? option, line, column));
    if (block === null) continue;
    errors.push(...misindented(block, nest));
    blockEnd = block.end;
  }
  return { tree, errors };
}

/** Of the line that begins there, without what ends it. */
function lineEnd(script: string, start: number): number {
  const end = script.indexOf('\n', start);
  return end === -1 ? script.length : end;
}

/**
 * Only of `execute`: the words that a configuration adds are not known here, and to Kuroko2 their
 * `|` was an option like any other. A shell can run no `|`, so nobody has meant that by it.
 */
const opensBlock = (word: string, option: string | null): boolean =>
  option === '|' && word === 'execute';

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
  line: number,
  column: number,
): Growing {
  const path = `${parent.path}/${parent.children.length}-${type}`;
  const node: Growing = { type, option, path, line, column, children: [] };
  parent.children.push(node);
  return node;
}

/** Where the `\w`s that begin there end. */
function wordEnd(text: string, begin: number): number {
  let end = begin;
  while (isWordCharacter(text.charCodeAt(end))) end += 1;
  return end;
}

function isWordCharacter(code: number): boolean {
  if (code >= 97) return code <= 122;
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95;
}

/** Of this part of a text. Null where nothing follows the colon; '' where only a comment does, as in Kuroko2. */
export function readOption(text: string, from = 0, to = text.length): string | null {
  const begin = indentEnd(text, from);
  if (begin === to) return null;
  const whole = trimmed(text, begin, to);
  const option = cutComment(whole);
  return option === whole ? whole : trimmed(option, 0, option.length);
}

/** Ruby's `strip`: ASCII white space and NUL only, an ideographic space stays. */
function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (start < end && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0 || (code >= 9 && code <= 13) || code === 32;

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
