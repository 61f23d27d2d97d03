/** What a command writes, on its way to where it is held: without its secrets. */
import type { Buffer } from 'node:buffer';
import { createMasker, type Masker } from './masker.ts';
import type { Spool } from './spool.ts';

export type Output = {
  /** Keeps nothing of the chunk itself. */
  readonly write: (chunk: Buffer) => void;
  /** Nothing comes any more: what was held back is written. */
  readonly end: () => void;
};

/** With this and the tenth of a second after which more output is told, it is shown within a second of silence. */
const SILENCE_MS = 500;

/** @param onMore called when more output is held */
export function createOutput(secrets: readonly string[], spool: Spool, onMore: () => void): Output {
  const write = (bytes: Buffer) => {
    if (bytes.length === 0) return;
    spool.write(bytes);
    onMore();
  };
  const masker = createMasker(secrets);
  return masker ? maskedOutput(masker, write) : { write, end: () => undefined };
}

function maskedOutput(masker: Masker, write: (bytes: Buffer) => void): Output {
  let timer: NodeJS.Timeout | undefined;
  return {
    write(chunk) {
      clearTimeout(timer);
      write(masker.push(chunk));
      if (masker.holdsBack()) timer = setTimeout(() => write(masker.release()), SILENCE_MS);
    },
    end() {
      clearTimeout(timer);
      write(masker.end());
    },
  };
}
