/**
 * What is said on the guardian's Unix socket: one JSON object a line, output as base64. Types only, so that the client shares
 * them without importing the guardian.
 *
 * The hot path of a step is three lines: `submit`, `ended`, `ack` (which may ride on the next `submit`). Neither `submit` nor
 * `ack` is answered.
 */

/** One command to run. Times are milliseconds, sizes bytes. */
export type Submission = {
  /** Id of the execution. A repeated submit of an id that the guardian holds, or held lately, starts nothing. */
  readonly id: number;
  /** Handed to `/bin/sh -c` as it stands. */
  readonly shell: string;
  /** The whole environment of the command; only the marker KUROKO_EXECUTION is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly chdir: string;
  /** Run time after which the guardian stops the command by itself; null is unlimited. */
  readonly runtimeLimitMs: number | null;
  /** Between TERM and KILL when the limit is reached. */
  readonly graceMs: number;
  /** Bytes of output held: the first half and the last half of it. */
  readonly outputCap: number;
  /**
   * Values that nobody may read in the output, in which `***` stands for them from the first: no answer, no last words and no
   * size knows the bytes that were there. Those of fewer than six characters are left as they are.
   */
  readonly secrets: readonly string[];
};

/** A command that is running, or about to be started (then `pid` and `pidStart` are null). */
export type Running = {
  readonly status: 'running';
  readonly id: number;
  /** Also the id of its process group and session. */
  readonly pid: number | null;
  /**
   * Start time of the process in clock ticks since boot (/proc/<pid>/stat, field 22); with pid and boot id it is unique. Null
   * also when the process had ended before anybody asked, and others of its group still write.
   */
  readonly pidStart: number | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Bytes written so far, held or not. */
  readonly outputSize: number;
};

/** Who made a command end: nobody else, a `stop`, its run-time limit, or the guardian when it ended itself. */
export type EndedBy = 'itself' | 'stop' | 'limit' | 'guardian';

/** A command that has ended. `Output` is base64 on the wire and a Buffer in the client. */
export type Ended<Output = string> = {
  readonly status: 'ended';
  readonly id: number;
  /** Null when it could not be started: then `code` is 127 and the output is the reason, as a sentence. */
  readonly pid: number | null;
  /** Exit code, or null when a signal ended it. */
  readonly code: number | null;
  /** `SIGTERM` and the like, or null. */
  readonly signal: string | null;
  readonly endedBy: EndedBy;
  /** Whether nothing of it was left (zombies not counted) when this was written. */
  readonly groupEmpty: boolean;
  /** Pids of what was left: of its group, or escaped from it. They run on until they are stopped or the guardian ends. */
  readonly leftovers: readonly number[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outputSize: number;
  /** All of the output when it is small (64 KB), else null: `read` it. */
  readonly output: Output | null;
  /**
   * Highest resident memory of its session in bytes, sampled 1, 2, 6, 15, 31, ... seconds after its start and when a stop began;
   * null when it ended sooner.
   */
  readonly peakMemory: number | null;
};

export type Observed<Output = string> =
  | { readonly status: 'unknown'; readonly id: number }
  | Running
  | Ended<Output>;

/** A stretch of the output still held. */
export type OutputSlice<Output = string> = {
  /** Where `data` begins; greater than asked for when the bytes between were dropped. */
  readonly from: number;
  readonly data: Output;
  /** Where to read on; equal to `size` when nothing more is held yet. */
  readonly next: number;
  /** Bytes written so far. */
  readonly size: number;
};

/** Answer to `stop`, given when nothing of the command is left, or when KILL has not helped for five seconds. */
export type Stopped =
  | { readonly status: 'unknown'; readonly id: number }
  | { readonly status: 'stopped'; readonly id: number; readonly groupEmpty: boolean };

/** What is known of a command of a guardian that has ended. */
export type LastWords<Output = string> = {
  readonly epoch: string;
  readonly id: number;
  /** `itself`: the guardian that ran it. `next`: found running by the next guardian, which ended it. `none`: nothing was left. */
  readonly seenBy: 'itself' | 'next' | 'none';
  /** Null when nobody saw its exit. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly endedBy: EndedBy | 'unknown';
  readonly groupEmpty: boolean;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** When this was written: the moment for which `groupEmpty` was proven. */
  readonly at: number;
  readonly outputSize: number;
  /** The last 64 KB of the output. */
  readonly outputTail: Output;
};

/** A server kept beside the commands, stopped after all of them and in reverse order of its start. */
export type Service = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the server. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly stopSignal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT';
  /** Between the stop signal and KILL. */
  readonly stopTimeoutMs: number;
  /** Standard output and error are appended to this file. */
  readonly logFile: string;
};

export type ServiceStatus =
  | { readonly name: string; readonly status: 'running'; readonly pid: number }
  | {
      readonly name: string;
      readonly status: 'ended';
      readonly code: number | null;
      readonly signal: string | null;
      /** False when it ended although nobody stopped it. */
      readonly asked: boolean;
    };

/**
 * `announced`: its main has announced a restart and is still there; `orphaned`: it has left, the next one may attach; `ending`:
 * takes nothing any more.
 */
export type GuardianState = 'running' | 'announced' | 'orphaned' | 'ending';

/** The first line of every connection. */
export type Hello = {
  readonly type: 'hello';
  /** Version of this protocol: after an upgrade a new main may meet the guardian of the old one. */
  readonly protocol: number;
  /** Random, new for every guardian: an execution submitted under another epoch is not this guardian's. */
  readonly epoch: string;
  /** /proc/sys/kernel/random/boot_id */
  readonly bootId: string;
  readonly pid: number;
  readonly state: GuardianState;
};

/** Requests that are answered, by name: what is asked and what comes back. */
export type Questions = {
  /** This connection becomes the lifeline; refused unless the guardian is orphaned. */
  attach: { ask: object; answer: null };
  /** From now on this connection also hears of this command. */
  observe: { ask: { readonly id: number }; answer: Observed };
  read: { ask: { readonly id: number; readonly from: number }; answer: OutputSlice | null };
  stop: { ask: { readonly id: number; readonly graceMs: number }; answer: Stopped };
  /** Stops every command; answered when all groups are empty, with the ids whose group is not. */
  stopAll: { ask: { readonly graceMs: number }; answer: readonly number[] };
  /** Every command it holds: running, or ended and not acknowledged (without output). */
  list: { ask: object; answer: readonly (Running | Ended)[] };
  /** Without an epoch: the latest guardian that knew the id. Null: no guardian of this folder knew the epoch (or the id). */
  lastWords: {
    ask: { readonly id: number; readonly epoch: string | null };
    answer: LastWords | null;
  };
  /** Announces a restart: when the lifeline closes, keep everything for so long. */
  handover: { ask: { readonly seconds: number }; answer: null };
  /** From now on so long between TERM and KILL when it has to end by itself. */
  setGrace: { ask: { readonly graceMs: number }; answer: null };
  startService: { ask: { readonly service: Service }; answer: ServiceStatus };
  stopService: { ask: { readonly name: string }; answer: ServiceStatus | null };
  services: { ask: object; answer: readonly ServiceStatus[] };
  /** Stops every command and service, then exits. Answered just before. */
  end: { ask: { readonly graceMs: number }; answer: null };
};

export type QuestionName = keyof Questions;

/** What a client says. */
export type Request =
  | { readonly type: 'submit'; readonly submission: Submission; readonly ack: readonly number[] }
  | { readonly type: 'ack'; readonly ids: readonly number[] }
  | Question;

export type Question = {
  [Name in QuestionName]: {
    readonly type: Name;
    readonly request: number;
  } & Questions[Name]['ask'];
}[QuestionName];

/** Why a submit started nothing: the guardian is ending, or the execution was run and its result acknowledged. */
export type RefusedReason = 'ending' | 'acknowledged';

/** What the guardian says. `running` comes at most every 100 ms for a command: once it has run so long, then when there is more output. */
export type Said =
  | Hello
  | { readonly type: 'running'; readonly running: Running }
  | { readonly type: 'ended'; readonly ended: Ended }
  | { readonly type: 'refused'; readonly id: number; readonly reason: RefusedReason }
  | { readonly type: 'serviceEnded'; readonly service: Extract<ServiceStatus, { status: 'ended' }> }
  | {
      readonly type: 'answer';
      readonly request: number;
      readonly answer: Questions[QuestionName]['answer'];
    }
  | { readonly type: 'failed'; readonly request: number; readonly message: string };

/** What a guardian writes to its standard output until it has, or has not, taken the folder. */
export type Announcement =
  | { readonly type: 'waiting'; readonly message: string }
  | { readonly type: 'ready'; readonly socketPath: string }
  | { readonly type: 'orphaned'; readonly socketPath: string; readonly pid: number }
  | { readonly type: 'taken'; readonly pid: number | null; readonly message: string }
  | { readonly type: 'failed'; readonly message: string };
