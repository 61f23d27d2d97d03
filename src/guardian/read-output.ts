/**
 * Reads what a command writes. Most are over within milliseconds, and for the event loop to follow their pipe takes as long as
 * to start them: so the output of a young one is read at its end, and that of one that lives on is followed.
 */
import { Buffer } from 'node:buffer';
import { closeSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { doNotBlock } from './libc.ts';

export type OutputListener = {
  /** The bytes are overwritten after the call. */
  readonly output: (chunk: Buffer) => void;
  /** Nobody holds the pipe any more; said once or twice. */
  readonly outputClosed: () => void;
};

export type OutputReader = {
  /**
   * The command has ended. If it was young, what it has written is told before this returns, and the end of it, unless others
   * hold the pipe: that is followed to its end then, as that of an older one.
   */
  readonly ended: () => void;
  /** No output is told any more. */
  readonly close: () => void;
};

/** Whoever writes more than a pipe holds has to wait for as long. */
const YOUNG_MS = 20;

/** One buffer for all commands, as large as a pipe: what is read is taken out of it before the next read. */
const buffer = Buffer.allocUnsafe(64 * 1024);

/** @param readEnd of a pipe; closed in the end */
export function readOutput(readEnd: number, listener: OutputListener): OutputReader {
  doNotBlock(readEnd);
  let socket: Socket | null = null;
  const timer = setTimeout(follow, YOUNG_MS);

  function follow(): void {
    clearTimeout(timer);
    socket = followPipe(readEnd, listener);
  }

  function close(): void {
    clearTimeout(timer);
    if (socket) socket.destroy();
    else closeSync(readEnd);
  }

  function ended(): void {
    if (socket) return;
    // All of it, and the end. Somebody who writes on, and on, is followed.
    for (let reads = 0; reads < 2; reads += 1) {
      const length = readNow(readEnd);
      if (length === null) break;
      if (length === 0) {
        close();
        return listener.outputClosed();
      }
      listener.output(buffer.subarray(0, length));
    }
    follow();
  }

  return { ended, close };
}

/** Bytes; 0 at the end; null when there are none now: whatever else it was is seen by who follows it. */
function readNow(readEnd: number): number | null {
  try {
    return readSync(readEnd, buffer);
  } catch {
    return null;
  }
}

/** Node copies every chunk into a buffer of its own unless it is given one; with it, 1 GB passes in 0.3 s and costs no memory. */
function followPipe(readEnd: number, listener: OutputListener): Socket {
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
  return socket.resume();
}
