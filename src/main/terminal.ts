/** The terminal that the program was started in, if any. */
import { isatty } from 'node:tty';

export interface Terminal {
  /** There was one, and it was closed. */
  isGone(): boolean;
}

export function watchTerminal(): Terminal {
  const had = isThere();
  return { isGone: () => had && !isThere() };
}

const isThere = (): boolean => [0, 1, 2].some((file) => isatty(file));
