/** What stays of a program that is started again: a process that waits for its successor, and passes on what it is told. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createLog } from '../log.ts';
import { handOverSeconds } from '../store/restarts.ts';
import {
  restartCode,
  supervisorVariable,
  type ToProgram,
  type ToSupervisor,
} from './supervisor-link.ts';
import type { LifeSignal, Signals } from './signals.ts';

export interface Supervised {
  readonly signals: Signals;
  /** Commands run, and wait for the successor. */
  readonly handedOver: boolean;
  /** Ends, in order, what was handed over and nobody has taken. */
  readonly endKept: () => Promise<void>;
}

const pauseMs = 5_000;

/**
 * Starts the program again, as this process was started, for as long as it asks for it; resolves with the exit code of the
 * last. One that does not come to be ready is tried again while what was handed over is kept.
 */
export async function supervise({ signals, handedOver, endKept }: Supervised): Promise<number> {
  const log = createLog('supervisor');
  // Nothing that its former self may have left undone is worth the commands of its successor.
  process.on('uncaughtException', (error) => log.error({ err: error }, 'the supervisor goes on'));
  becomeSmall();
  let keptUntil = handedOver ? keptFromNow() : null;
  for (;;) {
    const run = await runSuccessor(signals);
    if (run.code === restartCode) {
      keptUntil = run.handedOver ? keptFromNow() : null;
    } else {
      if (run.ready || keptUntil === null) return run.code;
      if (run.endWished || run.code === 0) {
        // It may have gone before it had taken over what it was to end.
        await endKept();
        return run.code;
      }
      const patience = Math.min(pauseMs, keptUntil - Date.now());
      const until = new Date(keptUntil).toISOString().slice(11, 19);
      log.error(
        { code: run.code },
        `the new Kuroko did not start; commands run on, and end at ${until} UTC unless it does`,
      );
      if (patience <= 0 || (await endIsWished(signals, patience))) {
        log.error('what was handed over is ended: nobody has taken it');
        await endKept();
        return run.code;
      }
    }
  }
}

const keptFromNow = (): number => Date.now() + handOverSeconds * 1_000;

interface Run {
  readonly code: number;
  readonly ready: boolean;
  readonly handedOver: boolean;
  /** It was told to end. */
  readonly endWished: boolean;
}

async function runSuccessor(signals: Signals): Promise<Run> {
  const child = spawnSuccessor();
  const said = new Set<ToSupervisor['type']>();
  const unheard: LifeSignal[] = [];
  child.on('message', (message: ToSupervisor) => {
    said.add(message.type);
    if (message.type === 'unheard') unheard.push(message.signal);
  });
  let endWished = false;
  signals.listen((signal) => {
    endWished ||= signal !== 'SIGHUP';
    const message: ToProgram = { type: 'signal', signal };
    child.send(message, () => {});
  });
  const disconnected = once(child, 'disconnect');
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  signals.listen(null);
  // Its last words may come after its end.
  if (child.connected) await disconnected;
  for (const late of unheard) signals.give(late);
  return {
    // As a shell says it.
    code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
    ready: said.has('ready'),
    handedOver: said.has('handed_over'),
    endWished,
  };
}

/**
 * In a session of its own: Ctrl-C and a terminal that closes reach the supervisor alone, which passes them on once. The
 * channel tells the child when the supervisor is gone.
 */
function spawnSuccessor(): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [supervisorVariable]: String(process.pid) },
  });
}

/** True when somebody wishes the end within that time; a wish to restart ends the pause. */
async function endIsWished(signals: Signals, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (wished: boolean): void => {
      clearTimeout(timer);
      signals.listen(null);
      resolve(wished);
    };
    const timer = setTimeout(() => answer(false), ms);
    signals.listen((signal) => answer(signal !== 'SIGHUP'));
  });
}

/** It has been a whole Kuroko: what that has left in memory is given back. */
function becomeSmall(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round += 1) collect();
}
