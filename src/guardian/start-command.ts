/** Starts one command: /bin/sh in a session of its own, standard output and error in one pipe, nothing on standard input. */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, statSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Pipe } from './fifo-pool.ts';
import { readProcess } from './process-table.ts';
import type { Submission } from './protocol.ts';
import { withMarker } from './target.ts';

export type Started = { readonly pid: number; readonly pidStart: number };

export type CommandListener = {
  /** The bytes are overwritten after the call. */
  readonly output: (chunk: Buffer) => void;
  /** Nobody holds the pipe any more; said once or twice. */
  readonly outputClosed: () => void;
  readonly exited: (code: number | null, signal: string | null) => void;
};

/**
 * Resolves with the reason, as a sentence, when it could not be started. Never rejects. Both ends of the pipe are in its hands.
 *
 * @param marker `NAME=value`, added to the environment
 */
export async function startCommand(
  submission: Submission,
  marker: string,
  pipe: Pipe,
  listener: CommandListener,
): Promise<Started | string> {
  try {
    const started = spawnShell(submission, marker, pipe.writeEnd, listener);
    if ('pid' in started) {
      readOutput(pipe.readEnd, listener);
      return started;
    }
    throw await started;
  } catch (error) {
    closeSync(pipe.readEnd);
    return failure(error, submission.chdir);
  } finally {
    closeSync(pipe.writeEnd);
  }
}

/** Node throws some failures and tells others as an event. */
function spawnShell(
  { shell, env, chdir }: Submission,
  marker: string,
  output: number,
  listener: CommandListener,
): Started | Promise<Error> {
  const child = spawn('/bin/sh', ['-c', shell], {
    cwd: chdir,
    env: withMarker(env, marker),
    detached: true,
    stdio: ['ignore', output, output],
  });
  const { pid } = child;
  if (pid === undefined) return new Promise((resolve) => child.once('error', resolve));
  child.once('exit', listener.exited);
  // Until the exit is handled, which cannot be before this function returns, even an ended process can be read.
  return { pid, pidStart: readProcess(pid)?.start ?? 0 };
}

/** One buffer for all commands: what is read is taken out of it before the next read. */
const buffer = Buffer.allocUnsafe(64 * 1024);

/** Node copies every chunk into a buffer of its own unless it is given one; with it, 1 GB passes in 0.3 s and costs no memory. */
function readOutput(readEnd: number, listener: CommandListener): void {
  const onread = {
    buffer,
    callback(length: number): boolean {
      listener.output(buffer.subarray(0, length));
      return true;
    },
  };
  // A variable, because the types know `onread` only of sockets that connect.
  const options = { fd: readEnd, readable: true, writable: false, onread };
  const socket = new Socket(options);
  // An error of a pipe that is only read from is its end.
  socket.on('error', () => undefined);
  // The end is known a turn of the event loop before the file is closed; without one, closing is the end.
  socket.once('end', listener.outputClosed).once('close', listener.outputClosed);
  socket.resume();
}

function failure(error: unknown, chdir: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'E2BIG') {
    return 'The command could not be started: its text or its environment is larger than the system allows.';
  }
  if ((code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') && !canEnter(chdir)) {
    return `The command could not be started: there is no folder ${chdir} that it may enter.`;
  }
  return `The command could not be started: ${reason(error)}.`;
}

function canEnter(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
