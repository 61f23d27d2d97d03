/** Tells of the end of processes that Node did not start, and so does not wait for. */
import { exitOf, type Exit } from './libc.ts';

export type Children = {
  /** Once; in a later turn of the event loop, however soon it ended. */
  readonly onExit: (pid: number, listener: (exit: Exit) => void) => void;
};

/** One signal may stand for many ends, and for those of Node's own children: each is asked for itself. */
export function watchChildren(): Children {
  const listeners = new Map<number, (exit: Exit) => void>();
  const ask = (pid: number, listener: (exit: Exit) => void) => {
    const exit = exitOf(pid);
    if (exit === null) return;
    listeners.delete(pid);
    listener(exit);
  };
  process.on('SIGCHLD', () => {
    for (const [pid, listener] of listeners) ask(pid, listener);
  });
  return {
    onExit(pid, listener) {
      listeners.set(pid, listener);
      // The signal may have come before the pid was known.
      setImmediate(() => listeners.get(pid) === listener && ask(pid, listener));
    },
  };
}
