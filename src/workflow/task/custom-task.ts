/** A task of the configuration's `custom_tasks`: an `execute` with its own folder and template. */
import { problemsOf } from '../option.ts';
import type { Task } from '../task.ts';
import { executionOf, parseCommand } from './execute.ts';

export function customTask(word: string): Task {
  return {
    word,
    check: (node) => problemsOf(parseCommand(node)),
    enter: (node, context, { commands }) => {
      const option = parseCommand(node);
      if (!option.ok) return { type: 'broken', message: option.problem.message };
      const command = commands.get(word);
      if (command === undefined) {
        return { type: 'broken', message: `\`${word}\` is not registered in task repository.` };
      }
      const { chdir, env } = command;
      const shell = command.shell(option.value);
      return { type: 'execute', execution: executionOf(context, { shell, chdir, env }) };
    },
  };
}
