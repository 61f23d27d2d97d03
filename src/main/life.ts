/** How long the program lives: until a signal, a restart, or something that it cannot live without is gone. */
import type { Attended } from './restartable.ts';
import type { LifeSignal } from './signals.ts';

/** Why the program is over, and what is to be done before it ends. */
export type Ending =
  /** Everything ends. */
  | { readonly type: 'end'; readonly code: number; readonly reason: string }
  /** It did not start. What it has begun is undone; what it found running stays for the next try. */
  | { readonly type: 'failed' }
  /** Commands, servers and results stay with the guardian, for the next process. */
  | { readonly type: 'hand_over'; readonly reason: string }
  /** Everything ends, and is then started again. */
  | { readonly type: 'start_again'; readonly reason: string };

const hurryMs = 500;

export interface Life {
  /** Resolves once, with the first reason to end. */
  readonly over: Promise<Ending>;
  readonly isOver: () => boolean;
  readonly guardianGone: boolean;
  finish(code: number, reason: string): void;
  restart(how: 'hand_over' | 'start_again', reason: string): void;
  /** Asked to see to it that nothing outlives the program for long when it is told a second time to end. */
  onHurry(listener: () => Promise<void>): void;
  /** Told of SIGHUP, also of one that came before. */
  onRestartSignal(listener: () => void): void;
}

/** Ends at the first TERM or Ctrl-C in order, at the second at once; so it does when its supervisor, if any, is gone. */
export function createLife({ signals, supervisor, terminal }: Attended): Life {
  let ending: Ending | null = null;
  let guardianGone = false;
  let resolve: (ending: Ending) => void = () => {};
  const over = new Promise<Ending>((done) => {
    resolve = done;
  });
  let hangUps = 0;
  let onHangUp = (): void => void (hangUps += 1);
  let hurry = (): Promise<void> => Promise.resolve();

  const settle = (wanted: Ending): void => {
    if (ending !== null) return;
    ending = wanted;
    // What is handed over is not left half-way: who comes next hears of what is wished meanwhile.
    if (wanted.type === 'hand_over') signals.listen(null);
    resolve(wanted);
  };
  const finish = (code: number, reason: string): void => {
    if (ending === null && reason === 'the guardian is gone') guardianGone = true;
    settle({ type: 'end', code, reason });
  };
  const onSignal = (signal: LifeSignal): void => {
    if (ending !== null) {
      // When a terminal is closed, both the system and the shell say so: that is one wish.
      if (signal === 'SIGHUP') return;
      const exit = (): never => process.exit(signal === 'SIGINT' ? 130 : 143);
      // Whoever asks a second time waits for nobody.
      setTimeout(exit, hurryMs);
      return void hurry().then(exit, exit);
    }
    if (signal === 'SIGHUP' && !terminal.isGone()) return onHangUp();
    process.stdout.write(
      '\nEnding: commands are stopped, then the rest. Once more ends at once.\n',
    );
    finish(0, signal);
  };
  signals.listen(onSignal);
  supervisor?.onSignal((signal) => signals.give(signal));
  supervisor?.onGone(() => finish(1, 'the supervisor is gone'));
  return {
    over,
    isOver: () => ending !== null,
    get guardianGone() {
      return guardianGone;
    },
    finish,
    restart: (how, reason) => settle({ type: how, reason }),
    onHurry(listener) {
      hurry = listener;
    },
    onRestartSignal(listener) {
      onHangUp = listener;
      if (hangUps > 0) listener();
    },
  };
}
