/** `env: K=V K2="a b"` adds to the environment of the executions that follow; later wins. */
import { closingQuote } from '../closing-quote.ts';
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';

export const env: Task = {
  word: 'env',
  check: (node) => problemsOf(parseEnv(node.option)),
  enter: (node, context) => {
    const option = parseEnv(node.option);
    if (!option.ok) return { type: 'broken', message: option.problem.message };
    return { type: 'pass', context: { ...context, env: { ...context.env, ...option.value } } };
  },
};

/**
 * Names are `\w+`. A value is quoted, with `\"` in `"..."` and `\'` in `'...'`, or goes on to the
 * next white space and may be empty. No option at all is no variable.
 */
export function parseEnv(option: string | null): Option<Readonly<Record<string, string>>> {
  const text = option ?? '';
  const variables: [string, string][] = [];
  for (let at = skip(space, text, 0); at < text.length;) {
    assignment.lastIndex = at;
    const name = assignment.exec(text)?.[1];
    if (name === undefined) return refused(...syntaxError(text));
    const value = readValue(text, at + name.length + 1);
    variables.push([name, value.text]);
    at = skip(space, text, value.end);
  }
  // Not an object that is assigned to: `__proto__` is a name like any other.
  return understood(Object.fromEntries(variables));
}

const assignment = /(\w+)=/y;
const space = /[ \t\r\n\f\v]*/y;
const bare = /[^ \t\r\n\f\v]*/y;

function readValue(text: string, start: number): { text: string; end: number } {
  const quote = text.charAt(start);
  const close = quote === '"' || quote === "'" ? closingQuote(text, start) : null;
  if (close !== null) {
    const inner = text.slice(start + 1, close).replaceAll(`\\${quote}`, quote);
    return { text: inner, end: close + 1 };
  }
  const end = skip(bare, text, start);
  return { text: text.slice(start, end), end };
}

/** Where the text goes on after what this sticky pattern matches, which may be nothing. */
function skip(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  pattern.test(text);
  return pattern.lastIndex;
}

function syntaxError(text: string): [message: string, suggestion: string] {
  return [
    `Syntax error option value of env: ${text}`,
    'Write `NAME=value`, and quote a value with spaces: `NAME="a b"`.',
  ];
}
