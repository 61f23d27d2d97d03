/** What an executor has to be told on its own host: the environment, and the flags that win over it. */
import path from 'node:path';
import os from 'node:os';
import { described, environmentSchema } from '../config.ts';
import { settingProblem } from '../config/setting-problem.ts';
import { invalid } from '../errors.ts';

export interface ExecutorConfig {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly hostname: string;
  readonly queue: string;
  readonly numWorkers: number;
}

/** As given on the command line. */
export interface ExecutorFlags {
  readonly queue?: string;
  readonly workers?: number;
}

const schema = environmentSchema
  .pick({
    DATABASE_URL: true,
    QUEUE: true,
    NUM_WORKERS: true,
    HOSTNAME: true,
    KUROKO_DATA_DIR: true,
    KUROKO_LOG: true,
  })
  .required({ DATABASE_URL: true });

/** No file is read: everything else is what `kuroko start` has published. Throws Invalid with every mistake. */
export function loadExecutorConfig(
  env: Readonly<Record<string, string | undefined>>,
  flags: ExecutorFlags,
): ExecutorConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const wanted = {
    ...given,
    ...(flags.queue === undefined ? {} : { QUEUE: flags.queue }),
    ...(flags.workers === undefined ? {} : { NUM_WORKERS: String(flags.workers) }),
  };
  if (given['DATABASE_URL'] === undefined) {
    throw invalid(
      'DATABASE_URL is not set: an executor works for the kuroko start of that database.',
    );
  }
  const result = schema.safeParse(wanted, { error: settingProblem });
  if (!result.success) {
    throw invalid('The executor cannot be started so.', described(result.error, ''));
  }
  const { DATABASE_URL, QUEUE, NUM_WORKERS, HOSTNAME, KUROKO_DATA_DIR } = result.data;
  return {
    databaseUrl: DATABASE_URL,
    // Beside that of a start, and of executors of other queues on the same host.
    dataDir: path.resolve(KUROKO_DATA_DIR, `executor-${QUEUE}`),
    hostname: HOSTNAME ?? os.hostname(),
    queue: QUEUE,
    numWorkers: NUM_WORKERS,
  };
}
