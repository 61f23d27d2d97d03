/** A program that can be started again in its place: its process stays, as the supervisor of the next one. */
import { startGuardian } from '../processes/start-guardian.ts';
import { receiveSignals, type Signals } from './signals.ts';
import { supervise } from './supervise.ts';
import { restartCode, supervisorLink, type SupervisorLink } from './supervisor-link.ts';
import { watchTerminal, type Terminal } from './terminal.ts';
import type { Ending } from './life.ts';

export interface Attended {
  readonly signals: Signals;
  /** Null unless this process is one that was started again. */
  readonly supervisor: SupervisorLink | null;
  readonly terminal: Terminal;
}

/** As given on the command line. */
export interface StartFlags {
  /** Asked to restart, it hands over and leaves: somebody else starts it again. */
  readonly leave?: boolean;
  /** Loads everything, and starts nothing. */
  readonly dryRun?: boolean;
}

export interface Restartable {
  readonly dataDir: string;
  /**
   * How the next one comes to be: `in_place`, started by this process; `by_exit`, by whoever sees this one leave with
   * `restartCode`.
   */
  readonly restart: 'in_place' | 'by_exit';
  readonly program: (attended: Attended) => Promise<Ending>;
}

/** Resolves with the exit code, of the last of them. */
export async function restartable({ dataDir, restart, program }: Restartable): Promise<number> {
  const signals = receiveSignals();
  const terminal = watchTerminal();
  try {
    const supervisor = supervisorLink();
    const ending = await program({ signals, supervisor, terminal });
    if (ending.type === 'failed') return 1;
    if (ending.type === 'end') return ending.code;
    const handedOver = ending.type === 'hand_over';
    if (supervisor !== null) {
      if (handedOver) supervisor.tell({ type: 'handed_over' });
      for (const signal of signals.unheard()) supervisor.tell({ type: 'unheard', signal });
    }
    if (supervisor !== null || restart === 'by_exit') return restartCode;
    return await supervise({ signals, handedOver, endKept: () => endKept(dataDir) });
  } finally {
    signals.forget();
    // What such a program ends of; and Node aborts, with a core, when it cannot give a terminal its settings back.
    if (terminal.isGone()) process.kill(process.pid, 'SIGHUP');
  }
}

const endGraceMs = 7_000;

/** Ends, in order, what was handed over to nobody. */
async function endKept(dataDir: string): Promise<void> {
  const guardian = await startGuardian({ dataDir, graceMs: endGraceMs });
  await guardian.end(endGraceMs);
}
