/** `expected_time: 2h` warns when the token is older than this. */
import { longestSeconds } from '../longest.ts';
import { problemsOf } from '../option.ts';
import type { Task } from '../task.ts';
import { parseMinutes } from './minutes.ts';

export const expectedTime: Task = {
  word: 'expected_time',
  check: (node) => problemsOf(parseMinutes(node.type, node.option)),
  enter: (node, context) => {
    const option = parseMinutes(node.type, node.option);
    if (!option.ok) return { type: 'broken', message: option.problem.message };
    if (option.value === null) return { type: 'pass', context };
    // As with `timeout`, 0 is no limit.
    const expectedMinutes = option.value === 0 ? null : Math.min(option.value, longestMinutes);
    return { type: 'pass', context: { ...context, expectedMinutes } };
  },
};

const longestMinutes = Math.floor(longestSeconds / 60);
