/** Takes the place of a host and queue, and starts the threads that work there. */
import { takePlace } from '../operations/register-executor.ts';
import { leavePlace, type ExecutorKind } from '../store/executors.ts';
import { startThreads, type ThreadPlan, type Threads } from '../workers/threads.ts';
import { handOverPlace } from '../store/restarts.ts';
import { rehearse } from './rehearse.ts';
import { createRestarts } from './restarts.ts';
import type { Guardian } from '../processes/guardian.ts';
import type { Database } from '../store/database.ts';
import type { Configuration } from '../workers/follow-configuration.ts';
import type { Scope } from './run-until-over.ts';

export interface Work {
  readonly kind: ExecutorKind;
  readonly host: string;
  readonly queue: string;
  readonly numWorkers: number;
  readonly configuration: Configuration;
  /** Threads besides keeper and executor. */
  readonly more: readonly ThreadPlan[];
}

/** Throws Conflict when somebody else serves the queue under the same host name. */
export async function startWork(
  { kind, host, queue, numWorkers, configuration, more }: Work,
  db: Database,
  guardian: Guardian,
  { life, log, undo }: Scope,
): Promise<Threads> {
  const { epoch, bootId } = guardian;
  const { executorId, workers, retired } = await takePlace(
    db,
    { host, queue, kind, epoch, bootId, pid: process.pid },
    numWorkers,
    // A former guardian of this folder: it has said so itself, or was found ended.
    async (former) => (await guardian.lastWords(0, former)) !== null,
  );
  undo.push((ending) =>
    ending.type === 'hand_over'
      ? handOverPlace(db, executorId, epoch)
      : leavePlace(db, executorId, epoch),
  );
  const restarts = createRestarts({
    db,
    executorId,
    life,
    log,
    // Only who is handed something has to get on with the guardian that is there.
    rehearse: (mode) => rehearse(mode === 'hand_over' ? guardian.socketPath : null),
  });
  const common = { databaseUrl: db.url, guardianSocket: guardian.socketPath, executorId };
  const killGraceMs = configuration.config.killGrace * 1_000;
  const threads = await startThreads(
    [
      { name: 'keeper', workerData: { ...common, killGraceMs, configuration } },
      {
        name: 'executor',
        workerData: {
          ...common,
          workerIds: workers.map(({ id }) => id),
          retiredIds: retired.map(({ id }) => id),
          host,
          queue,
          configuration,
        },
      },
      ...more,
    ],
    log,
    (news) => {
      switch (news.type) {
        case 'fatal':
          return life.finish(1, news.reason);
        case 'restart':
          return restarts.wish(news.wish);
        case 'drained':
          process.stdout.write('Drained: nothing runs here any more, and nothing new is taken.\n');
          if (restarts.drained()) return undefined;
          return kind === 'executor' ? life.finish(0, 'drained') : undefined;
      }
    },
  );
  life.onRestartSignal(() => restarts.wish({ mode: 'hand_over', by: 'SIGHUP', at: new Date() }));
  undo.push(() => threads.stop(1_000));
  return threads;
}
