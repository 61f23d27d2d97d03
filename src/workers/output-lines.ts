/** Output as the lines of a log: joined over chunks, each with the time at which it was complete. */
import type { TimedChunk } from '../store/execution-logs.ts';

export interface OutputLine {
  /** Without its line end; invalid bytes replaced. */
  readonly text: string;
  /** Milliseconds since 1970, never before that of the line above. */
  readonly at: number;
  /** Offset of what follows it in all that the command wrote. */
  readonly end: number;
}

/** In bytes. JSON makes six bytes of the worst of them, and 256 KB is what every CloudWatch takes. */
const longestLine = 40_000;

/**
 * The lines of what stands from an offset on, the last one only when it has its end, unless nothing
 * comes any more (`final`). One that is too long comes in pieces, cut between characters; bytes that
 * were not kept are a line that says how many.
 */
export function outputLines(
  chunks: readonly TimedChunk[],
  from: number,
  now: number,
  final: boolean,
): OutputLine[] {
  const lines: OutputLine[] = [];
  let open: Buffer = Buffer.alloc(0);
  let next = from;
  let at = 0;

  const emit = (text: string, end: number): void => void lines.push({ text, at, end });
  const take = (length: number, lineEnd: 0 | 1): void => {
    const piece = open.subarray(0, length).toString('utf8');
    open = open.subarray(length + lineEnd);
    emit(lineEnd === 1 ? piece.replace(/\r$/, '') : piece, next - open.length);
  };

  for (const chunk of chunks) {
    const bytes = chunk.bytes.subarray(Math.max(0, next - chunk.start));
    if (bytes.length === 0) continue;
    const written = chunk.at?.getTime() ?? now;
    const missing = Math.max(0, chunk.start - next);
    if (missing > 0) {
      if (open.length > 0) take(open.length, 0);
      at = Math.max(at, written);
      emit(`[... ${missing} bytes were not kept ...]`, chunk.start);
    }
    at = Math.max(at, written);
    next = Math.max(next, chunk.start) + bytes.length;
    open = open.length === 0 ? bytes : Buffer.concat([open, bytes]);
    for (;;) {
      const lineEnd = open.indexOf(newline);
      if (lineEnd !== -1 && lineEnd <= longestLine) take(lineEnd, 1);
      else if (open.length > longestLine) take(boundaryBefore(open, longestLine), 0);
      else break;
    }
  }
  if (final && open.length > 0) take(open.length, 0);
  return lines;
}

const newline = 0x0a;

/** The end of the last whole character within so many bytes. */
function boundaryBefore(bytes: Buffer, most: number): number {
  for (let end = most; end > most - 4; end -= 1) {
    if (((bytes[end] ?? 0) & 0xc0) !== 0x80) return end;
  }
  return most;
}
