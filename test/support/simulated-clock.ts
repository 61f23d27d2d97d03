/** A clock for schedulers in other processes, that can be set and runs as fast as a test wants. */
import { renameSync, writeFileSync } from 'node:fs';

export interface SimulatedClock {
  now(): Date;
  /** So many simulated seconds a second; 0 stands still. */
  run(rate: number): void;
  step(ms: number): void;
  jitter(ms: number): void;
}

/** Processes read it from a file, which must be in a folder of its own. */
export function simulatedClock(file: string, begin: Date): SimulatedClock {
  let reading = { simulatedMs: begin.getTime(), sinceMs: Date.now(), rate: 0, jitterMs: 0 };
  const nowMs = () => reading.simulatedMs + (Date.now() - reading.sinceMs) * reading.rate;
  const set = (change: Partial<typeof reading>) => {
    reading = { ...reading, simulatedMs: nowMs(), sinceMs: Date.now(), ...change };
    // Whole, or not there: it is looked at all the time.
    writeFileSync(`${file}.new`, JSON.stringify(reading));
    renameSync(`${file}.new`, file);
  };
  set({});
  return {
    now: () => new Date(nowMs()),
    run: (rate) => set({ rate }),
    step: (ms) => set({ simulatedMs: nowMs() + ms }),
    jitter: (jitterMs) => set({ jitterMs }),
  };
}
