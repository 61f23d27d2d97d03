/** Carries the output of a running command from the guardian to the store, readable within a second. */
import { appendOutput } from '../store/output.ts';
import type { OutputChunk } from '../store/commit-step.ts';
import type { Connection } from '../store/database.ts';
import type { Claim } from '../store/claims.ts';
import type { Commands, EndedCommand } from '../processes/commands.ts';

export interface OutputStream {
  /** There is more: it is fetched soon, many news at a time. */
  more(): void;
  /** Stops streaming; returns what of the ended command's output is not stored yet. */
  rest(ended: EndedCommand): Promise<readonly OutputChunk[]>;
}

export interface OutputTarget {
  readonly guardian: Pick<Commands, 'read'>;
  readonly db: Connection;
  readonly execution: Pick<Claim, 'executionId' | 'fence' | 'outputSize'>;
  /** Bytes kept of one execution: half of it head, half of it tail. */
  readonly cap: number;
  readonly onError: (error: unknown) => void;
}

/** Between two writes: many chunks of a chatty command are one row. */
const pauseMs = 400;

export function streamOutput(target: OutputTarget): OutputStream {
  const { guardian, db, execution, cap } = target;
  const head = Math.ceil(cap / 2);
  const tail = cap - head;
  let stored = execution.outputSize;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  /** Some of what is held between two positions; a fast command may have dropped the rest. */
  const readBetween = async (from: number, to: number): Promise<OutputChunk[]> => {
    const chunks: OutputChunk[] = [];
    for (let at = from; at < to;) {
      const slice = await guardian.read(execution.executionId, at);
      if (slice === null || slice.next <= at) break;
      const bytes = slice.data.subarray(0, Math.max(0, to - slice.from));
      if (bytes.length > 0) chunks.push({ start: slice.from, bytes });
      at = slice.next;
    }
    return chunks;
  };

  /** What of the first `size` bytes is to be kept and is not stored yet: never more than the cap. */
  const readMissing = async (size: number): Promise<OutputChunk[]> => [
    ...(await readBetween(stored, Math.min(size, head))),
    ...(await readBetween(Math.max(stored, head, size - tail), size)),
  ];

  /** The size is taken first: who read to the end of an endless output would never be done. */
  const write = async (size: number): Promise<boolean> => {
    if (size <= stored) return true;
    const chunks = await readMissing(size);
    if (!(await appendOutput(db, execution, chunks, { head, keepFrom: size - tail, size })))
      return false;
    stored = size;
    return true;
  };

  const writeSoFar = async (): Promise<void> => {
    const slice = await guardian.read(execution.executionId, stored);
    if (slice !== null) await write(slice.size);
  };

  return {
    more() {
      timer ??= setTimeout(() => {
        timer = null;
        writing = writing.then(writeSoFar).catch(target.onError);
      }, pauseMs);
    },
    async rest({ output, outputSize: size }) {
      if (timer !== null) clearTimeout(timer);
      await writing;
      if (size <= stored) return [];
      if (output !== null) return [{ start: stored, bytes: output.subarray(stored) }];
      // Much of it: what is stored and not to be kept any more goes before the last is added.
      const written = size > cap && (await write(size).catch(() => false));
      return written ? [] : readMissing(size);
    },
  };
}
