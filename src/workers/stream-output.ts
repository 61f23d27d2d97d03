/** Carries the output of a running command from the guardian to the store, readable within a second. */
import { appendOutput } from '../store/output.ts';
import type { OutputChunk } from '../store/commit-step.ts';
import type { Connection } from '../store/database.ts';
import type { EndedCommand, Guardian } from '../processes/guardian.ts';

export interface OutputStream {
  /** There is more: it is fetched soon, many news at a time. */
  more(): void;
  /** Stops streaming; returns what of the ended command's output is not stored yet. */
  rest(ended: EndedCommand): Promise<readonly OutputChunk[]>;
}

export interface OutputTarget {
  readonly guardian: Pick<Guardian, 'read'>;
  readonly db: Connection;
  readonly execution: { readonly executionId: number; readonly fence: number };
  /** Bytes kept of one execution: half of it head, half of it tail. */
  readonly cap: number;
  readonly onError: (error: unknown) => void;
}

/** Between two writes: many chunks of a chatty command are one row. */
const pauseMs = 400;

export function streamOutput(target: OutputTarget): OutputStream {
  const { guardian, db, execution, cap } = target;
  const head = Math.ceil(cap / 2);
  let stored = 0;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  /** Everything that is still held from a position on. */
  const readFrom = async (from: number, to: number): Promise<OutputChunk[]> => {
    const chunks: OutputChunk[] = [];
    for (let at = from; at < to;) {
      const slice = await guardian.read(execution.executionId, at);
      if (slice === null) break;
      if (slice.data.length > 0) chunks.push({ start: slice.from, bytes: slice.data });
      if (slice.next <= at) break;
      at = slice.next;
    }
    return chunks;
  };

  const write = async (): Promise<void> => {
    const chunks = await readFrom(stored, Infinity);
    const last = chunks.at(-1);
    if (last === undefined) return;
    const size = last.start + last.bytes.length;
    const kept = { head, keepFrom: size - (cap - head), size };
    if (await appendOutput(db, execution, chunks, kept)) stored = size;
  };

  return {
    more() {
      timer ??= setTimeout(() => {
        timer = null;
        writing = writing.then(write).catch(target.onError);
      }, pauseMs);
    },
    async rest(ended) {
      if (timer !== null) clearTimeout(timer);
      await writing;
      if (stored >= ended.outputSize) return [];
      if (ended.output !== null) return [{ start: stored, bytes: ended.output.subarray(stored) }];
      return readFrom(stored, ended.outputSize);
    },
  };
}
