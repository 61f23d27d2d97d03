/** What the guardian knows of one command, from its submit until its result is acknowledged. */
import type { Connection } from './connection.ts';
import type { Exit } from './libc.ts';
import { createOutput, type Output } from './output.ts';
import type { Ended, EndedBy, Submission } from './protocol.ts';
import { createSpool, type Spool } from './spool.ts';
import type { Target } from './target.ts';
import { tellRunningSoon } from './tell.ts';

export type Command = {
  readonly id: number;
  readonly limits: Pick<Submission, 'runtimeLimitMs' | 'graceMs'>;
  /** What it has written, without its secrets. */
  readonly spool: Spool;
  /** The only way into the spool. */
  readonly output: Output;
  readonly startedAt: number;
  /** Whoever submitted or observed it. */
  readonly listeners: Set<Connection>;
  /** Resolves when it is known whether it runs; never rejects. */
  starting: Promise<void>;
  /** Null until it is started, and for ever when it could not be. */
  process: CommandProcess | null;
  exit: Exit | null;
  /** Its pipe is closed, or has been given a second after the exit. */
  outputDone: boolean;
  stop: { readonly by: EndedBy; readonly done: Promise<boolean> } | null;
  peakMemory: number | null;
  toldSize: number;
  tellTimer: NodeJS.Timeout | null;
  limitTimer: NodeJS.Timeout | null;
  pipeTimer: NodeJS.Timeout | null;
  memoryTimer: NodeJS.Timeout | null;
  /** Its result, from the moment all of it is known. */
  ended: Omit<Ended, 'output'> | null;
  readonly whenEnded: Promise<void>;
  readonly markEnded: () => void;
};

export type CommandProcess = {
  readonly pid: number;
  /** As `Running` has it. */
  readonly pidStart: () => number | null;
  readonly target: Target;
};

export function createCommand({
  id,
  runtimeLimitMs,
  graceMs,
  outputCap,
  secrets,
}: Submission): Command {
  let markEnded: () => void = () => undefined;
  const whenEnded = new Promise<void>((resolve) => {
    markEnded = resolve;
  });
  const spool = createSpool(outputCap);
  const command: Command = {
    id,
    limits: { runtimeLimitMs, graceMs },
    spool,
    output: createOutput(secrets, spool, () => tellRunningSoon(command)),
    startedAt: Date.now(),
    listeners: new Set(),
    starting: Promise.resolve(),
    process: null,
    exit: null,
    outputDone: false,
    stop: null,
    peakMemory: null,
    toldSize: 0,
    tellTimer: null,
    limitTimer: null,
    pipeTimer: null,
    memoryTimer: null,
    ended: null,
    whenEnded,
    markEnded,
  };
  return command;
}
