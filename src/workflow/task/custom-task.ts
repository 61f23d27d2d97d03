/** A task of the configuration's `custom_tasks`: an `execute` with its own folder and template. */
import { problemsOf } from '../option.ts';
import type { Task } from '../task.ts';
import { parseCommand } from './execute.ts';

export function customTask(word: string): Task {
  return { word, check: (node) => problemsOf(parseCommand(node)), enter: null };
}
