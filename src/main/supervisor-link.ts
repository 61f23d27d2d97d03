/** A program's tie to its supervisor: the IPC channel that `supervise` gives it. */
import type { LifeSignal } from './signals.ts';

/** The exit code that means: start me again (EX_TEMPFAIL of sysexits.h). */
export const restartCode = 75;

/** Holds the supervisor's pid. A channel alone says nothing: other process managers give one, too. */
export const supervisorVariable = 'KUROKO_SUPERVISOR';

/** `ready`: it has started. `handed_over`: what ran is kept for the next. `unheard`: came too late, and is for the next. */
export type ToSupervisor =
  | { readonly type: 'ready' }
  | { readonly type: 'handed_over' }
  | { readonly type: 'unheard'; readonly signal: LifeSignal };

/** Sent rather than raised: a program that is just being loaded would die of a signal, and leave behind what it was to end. */
export interface ToProgram {
  readonly type: 'signal';
  readonly signal: LifeSignal;
}

export interface SupervisorLink {
  tell(message: ToSupervisor): void;
  onSignal(listener: (signal: LifeSignal) => void): void;
  /** Called when the supervisor is gone in whatever way, at once if it is already. */
  onGone(listener: () => void): void;
}

/** Null when nobody supervises this process. */
export function supervisorLink(): SupervisorLink | null {
  if (process.env[supervisorVariable] === undefined) return null;
  return {
    tell: (message) => void process.send?.(message, undefined, undefined, () => {}),
    onSignal(listener) {
      process.on('message', (message: ToProgram) => listener(message.signal));
      // It alone must not keep the process.
      process.channel?.unref();
    },
    onGone(listener) {
      process.once('disconnect', listener);
      process.channel?.unref();
      if (!process.connected) listener();
    },
  };
}
