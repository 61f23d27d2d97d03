/**
 * Applies one step in one statement: the result of an execution, the advanced token, the next
 * execution, the instance, its log, its notices - and the claim of what the worker runs next.
 *
 * The execution is guarded by its fence, the token by its version: a result is recorded even when
 * the token has moved on, and a token that has moved on is left alone. Order of locks: instance,
 * token, execution - the order of the slow path, so that the two cannot wait for each other. Of
 * another instance only a pending execution is locked, and never waited for.
 *
 * An instance keeps its worker: the token's next execution goes before older ones of other
 * instances. Only then the oldest of the queue is taken, as a claim would. So an instance of many
 * steps holds one worker until it ends, waits or fails, and never more than one a token.
 */
import { stepStatement } from './step-statement.ts';
import type { LogLevel } from '../workflow/effect.ts';
import type { Masked } from '../workflow/mask.ts';
import type { Token } from '../workflow/token.ts';
import { claimOf, type Claim, type ClaimValue, type FreeWorker } from './claims.ts';
import type { Connection } from './database.ts';
import type { Notice } from './outbox.ts';

/** How an execution ended. */
export interface ExecutionResult {
  readonly executionId: number;
  readonly fence: number;
  readonly exitStatus: number | null;
  readonly termSignal: string | null;
  readonly timedOut: boolean;
  readonly pid: number | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date;
  /** All bytes the command wrote, kept or not. */
  readonly outputSize: number;
  /** Highest resident memory of its process group in bytes; null when it was over too soon. */
  readonly peakMemory: number | null;
  /** What of it has not been stored yet. */
  readonly output: readonly OutputChunk[];
}

export interface OutputChunk {
  /** Offset of the first byte in all that the command wrote. */
  readonly start: number;
  readonly bytes: Buffer;
}

export interface StepCommit {
  readonly instanceId: number;
  readonly tokenId: number;
  /** The version that the step was computed from. */
  readonly version: number;
  readonly token: Token;
  readonly result: ExecutionResult | null;
  readonly next: NextExecution | null;
  /** Whom the recorded result frees, to claim what comes next; null when it takes nothing new. */
  readonly freed: FreeWorker | null;
  /** Stop what the token is running; the name of who asks. */
  readonly stopBy: string | null;
  /** Let the token know when so much time has passed; null: nothing is to come. */
  readonly wakeSeconds: number | null;
  /** Minutes of age at which to warn of the token, null never; null leaves it as it is. */
  readonly expected: { readonly minutes: number | null } | null;
  /** Branches that have not finished; null leaves them as they are. */
  readonly openBranches: number | null;
  /**
   * The token is a branch of a fork: counts it there. Where it is the last, or its fork is gone,
   * nothing at all is written, for what follows from that is not known here.
   */
  readonly joins: boolean;
  /**
   * Another instance may have to hear of what becomes of this one. Where it has to although none was known of, a step
   * that changes the instance writes nothing at all.
   */
  readonly awaited: boolean;
  /** By how much the instance's counters change; both 0 leaves the instance untouched. */
  readonly activeDelta: number;
  readonly failedDelta: number;
  /** A failure that people are told of: the next success of the definition is the first after one. */
  readonly fails: boolean;
  /** The instance is cancelled, whatever its counters say. */
  readonly cancel: boolean;
  readonly logs: readonly { readonly level: LogLevel; readonly message: Masked }[];
  readonly notices: readonly Notice[];
}

export interface NextExecution {
  readonly shell: string;
  readonly chdir: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly queue: string;
  readonly timeoutSeconds: number | null;
}

export interface StepOutcome {
  /** The fence was still good: the result is in the books. */
  readonly recorded: boolean;
  /** The token was still where the step left it: everything else is, too. */
  readonly moved: boolean;
  /** The token's next execution; `fence` when the freed worker has claimed it. */
  readonly next: { readonly executionId: number; readonly fence: number | null } | null;
  /** What the freed worker has claimed of another token. */
  readonly other: Claim | null;
  /** The instance's status where the step touched it, else null. */
  readonly instanceStatus: 'working' | 'error' | 'success' | 'canceled' | null;
}

/**
 * Commits a step. On a connection without a transaction it is one of its own.
 * Nothing is written when neither fence nor version fits.
 */
export async function commitStep(on: Connection, step: StepCommit): Promise<StepOutcome> {
  const { statement, values } = stepStatement(step);
  const [row] = await on.query<Row>(statement, values);
  if (row === undefined) throw new Error('commit-step returned no row');
  const { recorded = false, moved, nextId, nextFence, instanceStatus, claim } = row;
  return {
    recorded,
    moved,
    next: nextId == null ? null : { executionId: nextId, fence: nextFence ?? null },
    other: claim == null ? null : claimOf(claim),
    instanceStatus: instanceStatus ?? null,
  };
}

/** What belongs to a part that the step does not have is not there. */
interface Row {
  readonly moved: boolean;
  readonly recorded?: boolean;
  readonly nextId?: number | null;
  readonly nextFence?: number | null;
  readonly instanceStatus?: StepOutcome['instanceStatus'];
  readonly claim?: ClaimValue | null;
}
