/** Rows whose texts may be read by people. */
import type { Definition } from './definitions.ts';
import type { Execution } from './executions.ts';
import type { Instance } from './instances.ts';
import type { Run } from './run.ts';
import type { RunningCommand } from './running-commands.ts';
import type { ListedExecutor, ListedWorker } from './worker-list.ts';

declare const shown: unique symbol;

/**
 * A row in which the secrets that are known of it are masked. Messages and pages ask for it, so that
 * what was merely read from a table cannot be shown by mistake; `operations/show` makes it.
 */
export type Shown<Row> = Row & { readonly [shown]: true };

export interface ShownRun extends Run {
  readonly instance: Shown<Instance>;
  readonly definition: Shown<Definition>;
  readonly executions: readonly Shown<Execution>[];
}

export interface ShownExecutor extends ListedExecutor {
  readonly workers: readonly (ListedWorker & { readonly running: Shown<RunningCommand> | null })[];
}
