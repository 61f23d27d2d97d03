/** Follows a wish to restart until the next process has taken its place. */
import { setTimeout as sleep } from 'node:timers/promises';
import { restartKey } from '../operations/restart-executor.ts';
import { refusedUnder } from '../store/audit.ts';
import { isConnectionLost, type Connection } from '../store/database.ts';
import { restartState, type RestartMode } from '../store/restarts.ts';

export interface AwaitedRestart {
  readonly executorId: number;
  /** Of the process that is to go. */
  readonly startedAt: Date;
  readonly mode: RestartMode;
  /** When the wish was made. */
  readonly at: Date;
}

export type RestartOutcome =
  | { readonly type: 'restarted'; readonly startedAt: Date }
  /** The program would not start, for this reason; the one that runs goes on. */
  | { readonly type: 'refused'; readonly reason: string }
  /** Nobody came within the time; `left`: the one before has gone. */
  | { readonly type: 'nobody'; readonly left: boolean };

const everyMs = 250;
const untakenAfterMs = 15_000;
const patienceMs = 120_000;

/**
 * The embedded database goes with the process that is stopped: a connection that is lost meanwhile is no failure. For a
 * process that is to wait for its commands there is no limit. `onUntaken` is called once, when nobody has taken the wish yet.
 */
export async function awaitRestart(
  on: Connection,
  awaited: AwaitedRestart,
  onUntaken: () => void,
): Promise<RestartOutcome> {
  const begun = performance.now();
  const waited = (): number => performance.now() - begun;
  let told = false;
  for (;;) {
    const look = await lookAt(on, awaited);
    if (look.type === 'restarted' || look.type === 'refused') return look;
    if (awaited.mode !== 'wait') {
      if (look.type === 'untaken' && !told && waited() > untakenAfterMs) {
        told = true;
        onUntaken();
      }
      if (waited() > patienceMs) return { type: 'nobody', left: look.type === 'left' };
    }
    await sleep(everyMs);
  }
}

type Look = RestartOutcome | { readonly type: 'untaken' | 'left' };

async function lookAt(on: Connection, awaited: AwaitedRestart): Promise<Look> {
  const { executorId, startedAt, at } = awaited;
  try {
    const state = await restartState(on, executorId);
    if (state === null) return { type: 'left' };
    if (state.startedAt.getTime() !== startedAt.getTime()) {
      return { type: 'restarted', startedAt: state.startedAt };
    }
    if (state.restart === null) {
      const reason = await refusedUnder(on, restartKey(executorId, at));
      return { type: 'refused', reason: reason ?? 'it does not say why' };
    }
    // Whoever leaves notes when; another wish that came later is waited for just as well.
    return { type: state.restart.at.getTime() === at.getTime() ? 'untaken' : 'left' };
  } catch (error) {
    if (isConnectionLost(error)) return { type: 'left' };
    throw error;
  }
}
