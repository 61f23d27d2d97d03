/** `execute: command` runs a shell command line on the token's queue. */
import type { ExecuteEffect } from '../effect.ts';
import type { Node } from '../node.ts';
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';
import type { TokenContext } from '../token.ts';

export const execute: Task = {
  word: 'execute',
  check: (node) => problemsOf(parseCommand(node)),
  enter: (node, context) => {
    const command = parseCommand(node);
    if (!command.ok) return { type: 'broken', message: command.problem.message };
    const own = { shell: command.value, chdir: null, env: {} };
    return { type: 'execute', execution: executionOf(context, own) };
  },
};

/** A command as the nodes before it have it run; `env` is what they may overwrite. */
export function executionOf(
  context: TokenContext,
  { shell, chdir, env }: Pick<ExecuteEffect, 'shell' | 'chdir' | 'env'>,
): ExecuteEffect {
  return {
    type: 'execute',
    shell,
    queue: context.queue ?? defaultQueue,
    env: { ...env, ...context.env },
    chdir,
    timeoutSeconds: context.timeoutSeconds ?? null,
  };
}

/** The queue of an execution when the script names none. */
export const defaultQueue = '@default';

/** What to run: required, also of the tasks that are an `execute` of their own kind. */
export function parseCommand(node: Node): Option<string> {
  if (node.option !== null && /\S/.test(node.option)) return understood(node.option);
  return refused(
    `Option is required for ${node.type}`,
    `Write what it runs after the colon: \`${node.type}: ...\`.`,
  );
}
