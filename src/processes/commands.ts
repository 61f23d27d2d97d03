/**
 * The port to the operating system: submit (safe to repeat), observe, stop with grace, list after a crash. The guardian of this
 * host stands behind it; whatever keeps the promises of test/support/command-port.ts may.
 */
import type {
  Ended,
  LastWords,
  Observed,
  OutputSlice,
  Running,
  Stopped,
  Submission,
} from '../guardian/protocol.ts';

export type EndedCommand = Ended<Buffer>;
export type ObservedCommand = Observed<Buffer>;
export type LastWordsOfCommand = LastWords<Buffer>;

/** Stops listening. */
export type Unsubscribe = () => void;

/** A connection to whoever runs commands. Several may be open at once; closing one ends no command. Times are milliseconds. */
export type Commands = {
  /** Of whoever runs them. Executions submitted under another epoch are not its own: ask for their last words. */
  readonly epoch: string;

  /** Starts a command, at most once for an id. Not answered: await `ended(id)`. */
  submit(submission: Submission): void;
  /**
   * Resolves when the command has ended, whether this connection submitted it or not. Rejects with a CommandsError: `closed`
   * (connection lost: the command may well run on), `unknown`, `ending` or `acknowledged` (not started).
   */
  ended(id: number): Promise<EndedCommand>;
  /** What is known of an execution now; `unknown` also after its result was acknowledged. */
  observe(id: number): Promise<ObservedCommand>;
  /** Output still held, up to 256 KB from a position on; null when the execution is unknown. */
  read(id: number, from: number): Promise<OutputSlice<Buffer> | null>;
  /** TERM to everything that belongs to the command, KILL after the grace; resolves when nothing of it is left. */
  stop(id: number, graceMs: number): Promise<Stopped>;
  /** Stops every command; resolves with the ids of those of which something is left. */
  stopAll(graceMs: number): Promise<readonly number[]>;
  /** All commands running, or ended and not acknowledged (then without output). */
  list(): Promise<readonly (Running | EndedCommand)[]>;
  /** The results are committed: they may be forgotten. Rides on a submit of the same moment. */
  ack(...ids: readonly number[]): void;
  /** What is known of an execution of another epoch; null when nothing is. */
  lastWords(id: number, epoch?: string): Promise<LastWordsOfCommand | null>;

  /** Hears of commands submitted or observed here that run for 100 ms, then when there is more output, at most every 100 ms. */
  onRunning(listener: (running: Running) => void): Unsubscribe;
  /** Called once, at once if it has happened already. */
  onClose(listener: () => void): Unsubscribe;
  /** Leaves. */
  close(): void;
};
