/** `env: K=V K2="a b"` adds to the environment of the executions that follow; later wins. */
import { afterSpace, assignmentAt } from '../assignments.ts';
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';

export const env: Task = {
  word: 'env',
  check: (node) => problemsOf(parsePairs(node.option)),
  enter: (node, context) => {
    const option = parseEnv(node.option);
    if (!option.ok) return { type: 'broken', message: option.problem.message };
    return { type: 'pass', context: { ...context, env: { ...context.env, ...option.value } } };
  },
};

/** No option at all is no variable. */
export function parseEnv(option: string | null): Option<Readonly<Record<string, string>>> {
  const pairs = parsePairs(option);
  // Not an object that is assigned to: `__proto__` is a name like any other.
  return pairs.ok ? understood(Object.fromEntries(pairs.value)) : pairs;
}

function parsePairs(option: string | null): Option<readonly [name: string, value: string][]> {
  const text = option ?? '';
  const pairs: [string, string][] = [];
  for (let at = afterSpace(text, 0); at < text.length;) {
    const assignment = assignmentAt(text, at);
    if (assignment === null) return refused(...syntaxError(text));
    pairs.push([assignment.name, assignment.value]);
    at = afterSpace(text, assignment.end);
  }
  return understood(pairs);
}

function syntaxError(text: string): [message: string, suggestion: string] {
  return [
    `Syntax error option value of env: ${text}`,
    'Write `NAME=value`, and quote a value with spaces: `NAME="a b"`.',
  ];
}
