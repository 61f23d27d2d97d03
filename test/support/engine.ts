/** Guardian, executor and keeper threads as `start` composes them, for tests without Slack and HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandDefaults } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { takePlace } from '../../src/operations/register-executor.ts';
import { startGuardian } from '../../src/processes/start-guardian.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { executionsOf } from '../../src/store/executions.ts';
import { startThreads, type Threads } from '../../src/workers/threads.ts';
import type { Configuration } from '../../src/workers/follow-configuration.ts';
import { until } from './until.ts';
import type { Guardian } from '../../src/processes/guardian.ts';

export interface Engine {
  readonly guardian: Guardian;
  readonly threads: Threads;
  readonly dataDir: string;
  readonly executorId: number;
  /** Another executor thread for the same workers. */
  startExecutor(): Promise<void>;
  stop(): Promise<void>;
}

export async function startEngine(options: {
  readonly url: string;
  /** What the threads connect to; the same when left out. */
  readonly threadUrl?: string;
  readonly workers?: number;
  readonly host?: string;
  readonly killGraceMs?: number;
  /** The caller's, who removes it; a new one, removed at the end, when left out. */
  readonly dataDir?: string;
  /** Its own, in Tokyo, when left out. */
  readonly configuration?: Configuration;
  /** Where the threads find the guardian; its own socket when left out. */
  readonly reachGuardian?: (socketPath: string) => Promise<string>;
}): Promise<Engine> {
  const { url, threadUrl = url, workers = 4, host = 'test-host', killGraceMs = 1_000 } = options;
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'kuroko-engine-'));
  const guardian = await startGuardian({ dataDir, graceMs: killGraceMs });
  const db = openDatabase(url, { max: 2 });
  const { epoch, bootId } = guardian;
  const place = {
    host,
    queue: '@default',
    epoch,
    bootId,
    pid: process.pid,
    kind: 'start' as const,
  };
  const {
    executorId,
    workers: slots,
    retired,
  } = await takePlace(db, place, workers, async () => false);
  await db.close();
  const { reachGuardian = async (socketPath: string) => socketPath } = options;
  const guardianSocket = await reachGuardian(guardian.socketPath);
  const common = { databaseUrl: threadUrl, guardianSocket, executorId };
  const configuration = options.configuration ?? {
    source: 'own',
    config: { ...commandDefaults, timeZone: 'Asia/Tokyo', killGrace: killGraceMs / 1_000 },
  };
  const workerIds = slots.map(({ id }) => id);
  const executor = {
    ...common,
    workerIds,
    retiredIds: retired.map(({ id }) => id),
    host,
    queue: '@default',
    configuration,
  };
  const threads = await startThreads(
    [
      { name: 'keeper', workerData: { ...common, killGraceMs, configuration } },
      { name: 'executor', workerData: executor },
    ],
    createLog('test'),
    (news) => process.stderr.write(`${JSON.stringify(news)}\n`),
  );
  const more: Threads[] = [];
  return {
    guardian,
    threads,
    dataDir,
    executorId,
    async startExecutor() {
      const plans = [{ name: 'executor' as const, workerData: executor }];
      more.push(await startThreads(plans, createLog('test'), () => {}));
    },
    async stop() {
      const stopped = Promise.all([threads, ...more].map((some) => some.stop(5_000)));
      await guardian.stopAll(killGraceMs);
      await stopped;
      await guardian.end(0);
      if (options.dataDir === undefined)
        rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * The command that the guardian runs for this instance, once its process is there. Never what else the
 * guardian runs: on a busy machine commands of the test before may still be at it.
 */
export async function commandOf(guardian: Guardian, db: Database, instanceId: number) {
  return await until(`the command of #${instanceId} to run`, async () => {
    const [executions, held] = [await executionsOf(db, instanceId), await guardian.list()];
    return held.find(
      ({ id, status, pid }) =>
        status === 'running' && pid !== null && executions.some((own) => own.id === id),
    );
  });
}

/** The same of a command that writes `ready` after its trap: before, it may die of a TERM. */
export async function readyCommandOf(guardian: Guardian, db: Database, instanceId: number) {
  const running = await commandOf(guardian, db, instanceId);
  await until(
    `#${instanceId} to be ready`,
    async () => (await guardian.read(running.id, 0))?.size === 'ready\n'.length,
  );
  return running;
}
