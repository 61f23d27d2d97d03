/** What a step asks the outside to do. Data only: operations write it in the step's transaction. */
import type { Token } from './token.ts';
import type { Maintenance } from './task/kuroko-runner.ts';
import type { DefinitionReference } from './task/sub-process.ts';
import type { Wait } from './task/wait.ts';

export type Effect =
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  | ExecuteEffect
  | { readonly type: 'stop' }
  | { readonly type: 'notify'; readonly event: NotifyEvent; readonly message: string | null }
  /** Begin these tokens; the one that forks goes on with `joined` when all of them have finished. */
  | { readonly type: 'fork'; readonly branches: readonly Token[] }
  /** The branch has finished: count it in the token that forked it. */
  | { readonly type: 'join' }
  /** Let the token know (`woken`) after so many seconds, unless it has moved by then. */
  | { readonly type: 'wake'; readonly seconds: number }
  /** Let the token know (`awaited`) when all of these have finished, or one has failed to. */
  | { readonly type: 'await'; readonly wait: Wait }
  /** Launch a definition for the token; let it know (`child_ended`) how its instance has ended. */
  | { readonly type: 'launch_child'; readonly definition: DefinitionReference }
  /** Do this in the background; let the token know (`maintained`) what came of it. */
  | { readonly type: 'maintain'; readonly maintenance: Maintenance }
  /** The instance that was launched for the token is not wanted any more. */
  | { readonly type: 'cancel_child' };

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
