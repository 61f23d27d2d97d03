/** What `step` is told of the world, for it never reads. */
export interface Facts {
  /** Last lines of the ended execution's output, for the log line of a failure; '' if none. */
  readonly outputTail: string;
}

/** What happened to a token. */
export type TokenEvent =
  /** The token was just created and stands at the root: go on from there, once. */
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
  /** An operator's decision; `by` is the name shown to people. */
  | { readonly type: 'retry'; readonly by: string }
  | { readonly type: 'skip'; readonly by: string }
  | { readonly type: 'cancel'; readonly by: string };
