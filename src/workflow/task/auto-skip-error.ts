/** `auto_skip_error: true` reports a failing step and skips it, from here on. */
import type { Task } from '../task.ts';

export const autoSkipError: Task = {
  word: 'auto_skip_error',
  check: () => [],
  enter: (node, context) => {
    const { autoSkipError: _before, ...off } = context;
    const on = parseSwitch(node.option);
    return { type: 'pass', context: on ? { ...off, autoSkipError: true } : off };
  },
};

/** Anything but these three switches it off. */
export function parseSwitch(option: string | null): boolean {
  return option === '1' || option === 'true' || option === 'TRUE';
}
