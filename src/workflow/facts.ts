/** What `step` is told of the world, for it never reads. */
import type { RailsEnv } from './known.ts';

export interface Facts {
  /** Last lines of the ended execution's output, for the log line of a failure; '' if none. */
  readonly outputTail: string;
  /** The highest that `rails_env` may name. */
  readonly railsEnvCeiling: RailsEnv;
  /** What the words that the configuration adds stand for. */
  readonly commands: ReadonlyMap<string, CustomCommand>;
}

/** A task of the configuration's `custom_tasks`. */
export interface CustomCommand {
  /** The command line for an option: the configured template, filled in. Does not throw. */
  readonly shell: (option: string) => string;
  /** Folder to run in; null is the executor's own. */
  readonly chdir: string | null;
  /** What launch and script do not set otherwise. */
  readonly env: Readonly<Record<string, string>>;
}

/** What happened to a token. */
export type TokenEvent =
  /** The token was just created: begin the script, or the branch, once. */
  | { readonly type: 'start' }
  /** Its execution ended. `code` is null when `signal` ended it. */
  | {
      readonly type: 'exited';
      readonly code: number | null;
      readonly signal: string | null;
      /** Ended by the run-time limit. */
      readonly timedOut: boolean;
    }
  /** Its execution is known to be dead or out of reach, without a result. */
  | { readonly type: 'lost'; readonly evidence: string }
  /** All branches that it forked have finished. */
  | { readonly type: 'joined' }
  /** The time that it asked to be woken at has come. */
  | { readonly type: 'woken' }
  /** What it waits for: all have finished; or `failed`, which is said of one that will not. */
  | { readonly type: 'awaited'; readonly failed: string | null }
  /** The instance that was launched for it; `child` names it, or says why there is none. */
  | {
      readonly type: 'child_ended';
      readonly outcome: 'success' | 'canceled' | 'refused';
      readonly child: string;
    }
  /** The maintenance that it asked for is over; `report` says what was done, or why it could not be. */
  | { readonly type: 'maintained'; readonly done: boolean; readonly report: string }
  /** An operator's decision; `by` is the name shown to people. */
  | { readonly type: 'retry'; readonly by: string }
  | { readonly type: 'skip'; readonly by: string }
  | { readonly type: 'cancel'; readonly by: string };
