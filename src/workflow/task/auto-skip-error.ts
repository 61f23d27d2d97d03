/** `auto_skip_error: true` reports a failing step and skips it, from here on. */
import type { Task } from '../task.ts';

export const autoSkipError: Task = { word: 'auto_skip_error', check: () => [], enter: null };

/** Anything but these three switches it off. */
export function parseSwitch(option: string | null): boolean {
  return option === '1' || option === 'true' || option === 'TRUE';
}
