/** What the command line needs of those it must not import: the executable hands it in. */
import type { Config } from '../config.ts';

export interface Outside {
  /** Runs everything until it is told to end; resolves to the exit code. */
  start(config: Config): Promise<number>;
  /** Runs executors of one queue until it is told to end; resolves to the exit code. */
  runExecutor(flags: { readonly queue?: string; readonly workers?: number }): Promise<number>;
  /** URL of the embedded PostgreSQL that runs for a data folder, if one does. */
  runningDatabase(dataDir: string): Promise<string | undefined>;
}
