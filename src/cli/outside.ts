/** What the command line needs of those it must not import: the executable hands it in. */
import type { Config } from '../config.ts';

/** What `start` and `executor` may be told of their restart. */
export interface RestartFlags {
  /** Asked to restart, it hands over and leaves with exit code 75: whoever runs it starts it again. */
  readonly leave?: boolean;
  /** Only tries whether it could be started. */
  readonly dryRun?: boolean;
}

export interface ExecutorFlags {
  readonly queue?: string;
  readonly workers?: number;
}

export interface Outside {
  /** Runs everything until it is told to end; resolves to the exit code. */
  start(config: Config, flags: RestartFlags): Promise<number>;
  /** Runs executors of one queue until it is told to end; resolves to the exit code. */
  runExecutor(flags: ExecutorFlags & RestartFlags): Promise<number>;
  /** URL of the embedded PostgreSQL that runs for a data folder, if one does. */
  runningDatabase(dataDir: string): Promise<string | undefined>;
}
