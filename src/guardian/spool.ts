/** The output of one command as far as it is held: its first and its last bytes. */
import { Buffer } from 'node:buffer';

export type Spool = {
  /** Bytes written so far, held or not. */
  readonly size: () => number;
  /** Copies the bytes it keeps. */
  readonly write: (chunk: Buffer) => void;
  /** At most `max` bytes from a position on; from the tail's beginning when that position was dropped. */
  readonly read: (from: number, max: number) => { from: number; data: Buffer };
};

/** Holds at most `cap` bytes, however much is written: half of it for the head, which never changes, half for the tail. */
export function createSpool(cap: number): Spool {
  const headCap = Math.ceil(Math.max(cap, 2) / 2);
  const tailCap = Math.max(cap, 2) - headCap;
  let head = Buffer.alloc(0);
  let headSize = 0;
  let size = 0;
  /** A ring: the byte at position p of the output lies at (p - headSize) % tailCap. Its pages cost nothing until written. */
  let tail: Buffer | null = null;

  function write(chunk: Buffer): void {
    const toHead = Math.min(chunk.length, headCap - headSize);
    if (toHead > 0) writeHead(chunk.subarray(0, toHead));
    if (toHead < chunk.length) writeTail(chunk.subarray(toHead), size + toHead - headSize);
    size += chunk.length;
  }

  function writeHead(bytes: Buffer): void {
    const needed = headSize + bytes.length;
    if (needed > head.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(headCap, Math.max(needed, head.length * 2)));
      head.copy(larger, 0, 0, headSize);
      head = larger;
    }
    bytes.copy(head, headSize);
    headSize = needed;
  }

  /** @param position of the first byte, counted from the end of the head */
  function writeTail(bytes: Buffer, position: number): void {
    tail ??= Buffer.allocUnsafeSlow(tailCap);
    const skipped = Math.max(bytes.length - tailCap, 0);
    const last = bytes.subarray(skipped);
    const at = (position + skipped) % tailCap;
    const untilEnd = Math.min(last.length, tailCap - at);
    last.copy(tail, at, 0, untilEnd);
    last.copy(tail, 0, untilEnd);
  }

  function read(from: number, max: number): { from: number; data: Buffer } {
    if (from < headSize) {
      return { from, data: head.subarray(from, Math.min(headSize, from + max)) };
    }
    const start = Math.min(Math.max(from, headSize, size - tailCap), size);
    const length = Math.min(size - start, max);
    if (!tail || length === 0) return { from: start, data: Buffer.alloc(0) };
    const at = (start - headSize) % tailCap;
    const untilEnd = tail.subarray(at, Math.min(at + length, tailCap));
    const fromStart = tail.subarray(0, length - untilEnd.length);
    return { from: start, data: Buffer.concat([untilEnd, fromStart]) };
  }

  return { size: () => size, write, read };
}
