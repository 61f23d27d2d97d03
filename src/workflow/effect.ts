/** What a step asks the outside to do. Data only: operations write it in the step's transaction. */
export type Effect =
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  | ExecuteEffect
  | { readonly type: 'stop' }
  | { readonly type: 'notify'; readonly event: NotifyEvent; readonly message: string | null };

export type LogLevel = 'INFO' | 'WARN' | 'ERROR';

/** The events of contract section 6 that a step itself gives rise to. */
export type NotifyEvent =
  | 'retrying'
  | 'skipping'
  | 'finished'
  | 'cancellation'
  | 'failure'
  | 'critical';

/** Ask for one execution on the token's queue. */
export interface ExecuteEffect {
  readonly type: 'execute';
  readonly shell: string;
  readonly queue: string;
  readonly env: Readonly<Record<string, string>>;
  /** Folder to run in; null is the executor's own. */
  readonly chdir: string | null;
  /** Run-time limit of this execution in seconds; null is unlimited. */
  readonly timeoutSeconds: number | null;
}
