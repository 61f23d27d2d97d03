/** The signals that concern the life of a program: for one listener at a time, and kept while there is none. */

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type LifeSignal = (typeof names)[number];

export interface Signals {
  /** From now on the listener hears them, first those that were kept; null keeps them for the next. */
  listen(listener: ((signal: LifeSignal) => void) | null): void;
  /** As if it had come from the system. */
  give(signal: LifeSignal): void;
  /** Kept, and heard by nobody yet. */
  unheard(): readonly LifeSignal[];
  /** Signals are the system's again. */
  forget(): void;
}

export function receiveSignals(): Signals {
  let listening: ((signal: LifeSignal) => void) | null = null;
  const kept: LifeSignal[] = [];
  const give = (signal: LifeSignal): void => {
    if (listening === null) kept.push(signal);
    else listening(signal);
  };
  const hear = (signal: NodeJS.Signals): void => give(signal as LifeSignal);
  for (const name of names) process.on(name, hear);
  return {
    listen(listener) {
      listening = listener;
      if (listener !== null) for (const signal of kept.splice(0)) listener(signal);
    },
    give,
    unheard: () => kept,
    forget() {
      for (const name of names) process.off(name, hear);
    },
  };
}
