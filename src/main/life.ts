/** How long the program lives: until a signal, or something that it cannot live without is gone. */

export interface Life {
  /** Resolves once, with the first reason to end. */
  readonly over: Promise<{ code: number; reason: string }>;
  readonly isOver: () => boolean;
  readonly guardianGone: boolean;
  finish(code: number, reason: string): void;
  /** Signals are the system's again. */
  forget(): void;
}

/** Ends at the first TERM or Ctrl-C in order, at the second at once. */
export function createLife(): Life {
  let ended = false;
  let guardianGone = false;
  let resolve: (end: { code: number; reason: string }) => void = () => {};
  const over = new Promise<{ code: number; reason: string }>((done) => {
    resolve = done;
  });
  const onSignal = (signal: NodeJS.Signals): void => {
    if (ended) process.exit(signal === 'SIGINT' ? 130 : 143);
    process.stdout.write(
      '\nEnding: commands are stopped, then the rest. Once more ends at once.\n',
    );
    finish(0, signal);
  };
  const finish = (code: number, reason: string): void => {
    if (!ended && reason === 'the guardian is gone') guardianGone = true;
    ended = true;
    resolve({ code, reason });
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    over,
    isOver: () => ended,
    get guardianGone() {
      return guardianGone;
    },
    finish,
    forget() {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    },
  };
}
