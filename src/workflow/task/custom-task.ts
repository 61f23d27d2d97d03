/** A task of the configuration's `custom_tasks`: an `execute` with its own folder and template. */
import type { Task } from '../task.ts';
import { checkCommand } from './execute.ts';

export function customTask(word: string): Task {
  return { word, check: checkCommand, enter: null };
}
