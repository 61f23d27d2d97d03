/** `timeout: 90m` limits the run time of each execution that follows; 0 lifts the limit. */
import { longestSeconds } from '../longest.ts';
import { problemsOf } from '../option.ts';
import type { Task } from '../task.ts';
import type { TokenContext } from '../token.ts';
import { parseMinutes } from './minutes.ts';

export const timeout: Task = {
  word: 'timeout',
  check: (node) => problemsOf(parseMinutes(node.type, node.option)),
  enter: (node, context) => {
    const option = parseMinutes(node.type, node.option);
    if (!option.ok) return { type: 'broken', message: option.problem.message };
    return { type: 'pass', context: limited(context, option.value) };
  },
};

function limited(context: TokenContext, minutes: number | null): TokenContext {
  if (minutes === null) return context;
  const { timeoutSeconds: _before, ...unlimited } = context;
  return minutes === 0
    ? unlimited
    : { ...unlimited, timeoutSeconds: Math.min(minutes * 60, longestSeconds) };
}
