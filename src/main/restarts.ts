/** Wishes to restart: heard from the database or as SIGHUP, tried, and granted. */
import { inTransaction } from '../operations/in-transaction.ts';
import { refuseRestart } from '../operations/restart-executor.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import type { RestartMode, RestartWish } from '../store/restarts.ts';
import type { Life } from './life.ts';

export interface Restarts {
  wish(wish: RestartWish): void;
  /** Nothing new is taken, and nothing runs any more. True when a restart has waited for this. */
  drained(): boolean;
}

export interface RestartOptions {
  readonly db: Database;
  readonly executorId: number;
  readonly life: Life;
  readonly log: Log;
  /** Why the program as it lies on the disk now cannot be started; null when it can. */
  readonly rehearse: (mode: RestartMode) => Promise<string | null>;
}

/** One wish at a time is tried. Whoever waits for commands to end may be told to hurry by another wish. */
export function createRestarts({ db, executorId, life, log, rehearse }: RestartOptions): Restarts {
  let trying: RestartWish | null = null;
  let waiting: RestartWish | null = null;
  /** Meanwhile, that is while a wish is tried. */
  let isDrained = false;

  async function grant(wish: RestartWish): Promise<void> {
    const { mode, by } = wish;
    log.info({ mode, by }, 'a restart is wished');
    const reason = await rehearse(mode);
    if (reason !== null) return refuse(wish, reason);
    if (mode === 'hand_over') return life.restart('hand_over', reasonOf(wish));
    if (mode === 'stop' || isDrained) return life.restart('start_again', reasonOf(wish));
    waiting = wish;
  }

  async function refuse(wish: RestartWish, reason: string): Promise<void> {
    log.error({ reason, by: wish.by }, 'the program would not start again; it goes on as it is');
    await inTransaction(db, (tx) => refuseRestart(tx, { executorId, wish, reason }));
  }

  return {
    wish(wish) {
      if (trying !== null || life.isOver()) return;
      trying = wish;
      isDrained = false;
      grant(wish)
        .catch((error: unknown) => log.error({ err: error }, 'a restart failed'))
        .finally(() => {
          trying = null;
        });
    },
    drained() {
      isDrained = trying !== null;
      if (waiting !== null) life.restart('start_again', reasonOf(waiting));
      return waiting !== null || trying?.mode === 'wait';
    },
  };
}

const reasonOf = ({ by }: RestartWish): string => `restart by ${by}`;
