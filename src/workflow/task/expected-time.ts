/** `expected_time: 2h` warns when the token is older than this. */
import { problemsOf } from '../option.ts';
import type { Task } from '../task.ts';
import { parseMinutes } from './minutes.ts';

export const expectedTime: Task = {
  word: 'expected_time',
  check: (node) => problemsOf(parseMinutes(node.type, node.option)),
  enter: null,
};
