/** The words of the language, and the task behind each. */
import type { Task } from './task.ts';
import { autoSkipError } from './task/auto-skip-error.ts';
import { customTask } from './task/custom-task.ts';
import { echo } from './task/echo.ts';
import { env } from './task/env.ts';
import { execute } from './task/execute.ts';
import { expectedTime } from './task/expected-time.ts';
import { fork } from './task/fork.ts';
import { kurokoRunner } from './task/kuroko-runner.ts';
import { noop } from './task/noop.ts';
import { parallelFork } from './task/parallel-fork.ts';
import { queue } from './task/queue.ts';
import { railsEnv } from './task/rails-env.ts';
import { retry } from './task/retry.ts';
import { root } from './task/root.ts';
import { sequence } from './task/sequence.ts';
import { sleep } from './task/sleep.ts';
import { subProcess, subprocess } from './task/sub-process.ts';
import { timeout } from './task/timeout.ts';
import { wait } from './task/wait.ts';

/** The task of a word; null when neither the language nor the configuration knows it. */
export function taskOf(word: string, customTasks: readonly string[] = []): Task | null {
  const task = tasks.get(word);
  if (task !== undefined) return task;
  return customTasks.includes(word) ? customTask(word) : null;
}

const tasks: ReadonlyMap<string, Task> = new Map(
  [
    root,
    noop,
    sequence,
    echo,
    env,
    execute,
    queue,
    fork,
    parallelFork,
    subProcess,
    subprocess,
    wait,
    sleep,
    timeout,
    expectedTime,
    retry,
    autoSkipError,
    railsEnv,
    kurokoRunner,
  ].map((task) => [task.word, task]),
);

/** The words of the language itself; a custom task cannot take one of them. */
export const taskWords: ReadonlySet<string> = new Set(tasks.keys());
