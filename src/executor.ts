/** Composition root of an executor: guardian, database, and the threads that run commands; no Slack, no HTTP. */
import { setTimeout as sleep } from 'node:timers/promises';
import { commandDefaults } from './config.ts';
import { createLog } from './log.ts';
import { awaitEngineConfig } from './main/await-engine-config.ts';
import { endWork } from './main/end-work.ts';
import { loadExecutorConfig, type ExecutorFlags } from './main/executor-config.ts';
import { leaveWork } from './main/leave-work.ts';
import { ownGuardian } from './main/own-guardian.ts';
import { reachedDatabase } from './main/reached-database.ts';
import { rehearsed } from './main/rehearsed.ts';
import { restartable, type StartFlags } from './main/restartable.ts';
import { runUntilOver, type Scope } from './main/run-until-over.ts';
import { startWork } from './main/start-work.ts';
import { publishedConfig } from './operations/engine-config.ts';
import type { Ending } from './main/life.ts';
import type { Connection } from './store/database.ts';
import type { EngineConfig } from './operations/engine-config.ts';
import type { Threads } from './workers/threads.ts';

/** Serves one queue until it is asked to end, or drained; resolves with the exit code. Throws when it cannot start. */
export async function runExecutor(flags: ExecutorFlags & StartFlags): Promise<number> {
  const {
    databaseUrl,
    dataDir,
    hostname: host,
    queue,
    numWorkers,
  } = loadExecutorConfig(process.env, flags);
  if (flags.dryRun) return rehearsed();
  const program = async (scope: Scope): Promise<(ending: Ending) => Promise<void>> => {
    // First, whatever the database does: it ends what a former executor may have left here. What was published is not
    // known yet: the thread that runs commands tells it.
    const { killGrace } = commandDefaults;
    const guardian = await ownGuardian({ dataDir, killGrace }, scope);
    const db = await reachedDatabase(databaseUrl, { max: 2, name: 'kuroko executor main' }, scope);
    const config = await awaitEngineConfig(db, scope.life.isOver, say);
    if (config === null) return async () => {};
    const place = { kind: 'executor' as const, host, queue, numWorkers, more: [] };
    const work = { ...place, configuration: { source: 'published' as const, config } };
    const threads = await startWork(work, db, guardian, scope);
    await untilUp(threads, scope);
    const workers = numWorkers === 1 ? '1 worker' : `${numWorkers} workers`;
    say(`Executor is ready: ${workers} of the queue ${queue} as host ${host}.`);
    const working = { guardian, threads, stopIntake: async () => {} };
    return async (ending) => {
      if (ending.type === 'hand_over') return leaveWork(working);
      const { shutdownGrace } = await newest(db, config);
      await endWork({ ...working, shutdownGrace }, scope.log);
    };
  };
  return restartable({
    dataDir,
    restart: flags.leave ? 'by_exit' : 'in_place',
    program: (attended) => runUntilOver(createLog('main'), attended, program),
  });
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function untilUp(threads: Threads, { life }: Scope): Promise<void> {
  const allUp = (): boolean => Object.values(threads.state()).every((state) => state === 'up');
  while (!allUp() && !life.isOver()) await sleep(20);
}

/** It may have changed since the start; a database that does not answer must not hold up the end. */
function newest(db: Connection, before: EngineConfig): Promise<EngineConfig> {
  const read = publishedConfig(db).catch(() => null);
  const late = sleep(1_000, null, { ref: false });
  return Promise.race([read, late]).then((config) => config ?? before);
}
