/** One contender in a process of its own: asked for a workload, measured from outside. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Answer, Asked, Workload } from './answer-runs.ts';

export interface Contender {
  /** Milliseconds from the question to the answer; both are one message between processes. */
  run(workload: Workload, count: number): Promise<number>;
  stop(): Promise<void>;
}

/** @param file a module that calls `answerRuns` */
export async function startContender(
  file: URL,
  env: Readonly<Record<string, string>>,
  nodeOptions: readonly string[] = [],
): Promise<Contender> {
  const child = fork(file, {
    env: { ...process.env, KUROKO_LOG: 'error', ...env },
    execArgv: [...process.execArgv, ...nodeOptions],
  });
  await answer(child, 'ready');
  return {
    async run(workload, count) {
      const startedAt = performance.now();
      child.send({ workload, count } satisfies Asked);
      await answer(child, 'done');
      return performance.now() - startedAt;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.send('end' satisfies Asked);
      await gone;
    },
  };
}

async function answer(child: ChildProcess, wanted: Answer): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const gone = once(child, 'exit', { signal }).then(() => ['exited']);
  gone.catch(() => {});
  const [said] = (await Promise.race([once(child, 'message'), gone])) as [Answer | 'exited'];
  over.abort();
  if (said !== wanted) throw new Error(`${child.spawnargs.at(-1)}: ${JSON.stringify(said)}`);
}
