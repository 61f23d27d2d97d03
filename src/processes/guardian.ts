/**
 * The port to the operating system: submit (safe to repeat), observe, stop with grace, list after a crash. The guardian stands
 * behind it; another backend may.
 */
import type {
  Ended,
  LastWords,
  Observed,
  OutputSlice,
  Running,
  Service,
  ServiceStatus,
  Stopped,
  Submission,
} from '../guardian/protocol.ts';

export type EndedCommand = Ended<Buffer>;
export type ObservedCommand = Observed<Buffer>;
export type LastWordsOfCommand = LastWords<Buffer>;
export type ServiceEnded = Extract<ServiceStatus, { status: 'ended' }>;

/** Stops listening. */
export type Unsubscribe = () => void;

/** A connection to a guardian. Several may be open at once; closing one ends no command. Times are milliseconds. */
export type Guardian = {
  readonly socketPath: string;
  /** Random id of this guardian. Executions submitted under another epoch are not its own: ask for their last words. */
  readonly epoch: string;
  /** Of the machine's boot; pids and their start times are comparable within one. */
  readonly bootId: string;
  readonly pid: number;

  /** Starts a command, at most once for an id. Not answered: await `ended(id)`. */
  submit(submission: Submission): void;
  /**
   * Resolves when the command has ended, whether this connection submitted it or not. Rejects with a GuardianError: `closed`
   * (connection lost: the command may well run on), `unknown`, `ending` or `acknowledged` (not started).
   */
  ended(id: number): Promise<EndedCommand>;
  /** What is known of an execution now; `unknown` also after its result was acknowledged. */
  observe(id: number): Promise<ObservedCommand>;
  /** Output still held, up to 256 KB from a position on; null when the execution is unknown. */
  read(id: number, from: number): Promise<OutputSlice<Buffer> | null>;
  /** TERM to everything that belongs to the command, KILL after the grace; resolves when nothing of it is left. */
  stop(id: number, graceMs: number): Promise<Stopped>;
  /** Stops every command; resolves with the ids of those whose group could not be emptied. */
  stopAll(graceMs: number): Promise<readonly number[]>;
  /** All commands running, or ended and not acknowledged (then without output). */
  list(): Promise<readonly (Running | EndedCommand)[]>;
  /** The results are committed: the guardian may forget them. Rides on a submit of the same moment. */
  ack(...ids: readonly number[]): void;
  /** What a former guardian of this folder knew of an execution; null when none knew it. */
  lastWords(id: number, epoch?: string): Promise<LastWordsOfCommand | null>;

  /** Hears of commands submitted or observed here that run for 100 ms, then when there is more output, at most every 100 ms. */
  onRunning(listener: (running: Running) => void): Unsubscribe;
  /** Hears of every service that ended, asked to or not. */
  onServiceEnded(listener: (ended: ServiceEnded) => void): Unsubscribe;
  /** Called once, at once if it has happened already. */
  onClose(listener: () => void): Unsubscribe;

  startService(service: Service): Promise<ServiceStatus>;
  /** Resolves when nothing of the service is left; null when there is no such service. */
  stopService(name: string): Promise<ServiceStatus | null>;
  services(): Promise<readonly ServiceStatus[]>;

  /** Announces a restart: when this process ends, commands and results are kept so many seconds for the next `startGuardian`. */
  handover(seconds: number): Promise<void>;
  /** Stops commands, then services, then the guardian itself; resolves when it is gone. */
  end(graceMs: number): Promise<void>;
  /** Leaves; ends nothing unless this is the lifeline of the guardian. */
  close(): void;
};
